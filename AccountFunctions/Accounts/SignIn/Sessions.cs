using AccountFunctions.Contract;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts;

/// <summary>Opens sessions.</summary>
public sealed partial class Sessions(
    AccountStore accounts,
    KnownClients clients,
    TokenReplies replies,
    IOptions<TokenOptions> options,
    TimeProvider time,
    ILogger<Sessions> logger)
{
    // More than come at once, fewer than a transaction takes.
    private const int MostEndedAtOnce = 90;
    private readonly TokenOptions options = options.Value;

    /// <param name="account">The user's account as it is now.</param>
    /// <param name="client">What the client calls itself.</param>
    public async Task<TokenReply> OpenAsync(KnownUser user, AccountEntity account, string? client, CancellationToken cancellationToken)
    {
        await clients.RecordAsync(user.Partition, account.Id, client, cancellationToken);
        var now = time.GetUtcNow();
        var (device, secret) = user.Device ?? Devices.New(account, client, now);
        device.LastUsed = now;
        var refresh = RefreshToken.First(account.Id, Ids.New(now));
        var session = new SessionEntity(account.Id, refresh.SessionId)
        {
            Counter = refresh.Counter,
            Hash = refresh.Hash,
            Version = account.Version,
            Created = now,
            LastUsed = now,
            Expires = now + options.RefreshAbsoluteLifetime,
            Device = device.Hash,
            Client = client,
            Amr = [SessionEntity.PasswordMethod],
        };
        var signedIn = new EventEntity(account.Id, EventKind.SignedIn, now, refresh.SessionId, client);
        var ended = Devices.Ended(user.SignIns.Devices, device, account, now)
            .Concat<TableRow>(Ended(user.SignIns.Sessions, account, now))
            .Take(MostEndedAtOnce);
        await accounts.OpenSessionAsync(session, device, signedIn, ended, cancellationToken);
        LogSignedIn(account.Id, refresh.SessionId);
        return replies.Create(account, session, refresh) with { Device = secret.Text };
    }

    /// <summary>The sessions that are over, and those that go because there are too many: the ones used longest ago.</summary>
    private IEnumerable<SessionEntity> Ended(IReadOnlyList<SessionEntity> sessions, AccountEntity account, DateTimeOffset now)
    {
        var isOpen = sessions.ToLookup(
            session => session.Version == account.Version && now < session.EndsAt(options.RefreshIdleLifetime));
        return isOpen[true].OrderByDescending(session => session.LastUsed).Skip(options.MaxSessions - 1)
            .Concat(isOpen[false]);
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} signed in, session {SessionId}.")]
    private partial void LogSignedIn(string accountId, string sessionId);
}
