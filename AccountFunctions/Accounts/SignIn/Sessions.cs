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
    /// <param name="partition">Of the account's address.</param>
    /// <param name="client">What the client calls itself.</param>
    public async Task<TokenReply> OpenAsync(
        AddressPartition partition, AccountEntity account, string? client, CancellationToken cancellationToken)
    {
        await clients.RecordAsync(partition, account.Id, client, cancellationToken);
        var now = time.GetUtcNow();
        var refresh = RefreshToken.First(account.Id, Ids.New(now));
        var session = new SessionEntity(account.Id, refresh.SessionId)
        {
            Counter = refresh.Counter,
            Hash = refresh.Hash,
            Version = account.Version,
            Created = now,
            LastUsed = now,
            Expires = now + options.Value.RefreshAbsoluteLifetime,
            Client = client,
            Amr = [SessionEntity.PasswordMethod],
        };
        var signedIn = new EventEntity(account.Id, EventKind.SignedIn, now, refresh.SessionId, client);
        await accounts.TryInsertAsync(account.Id, [session, signedIn], cancellationToken);
        LogSignedIn(account.Id, refresh.SessionId);
        return replies.Create(account, session, refresh);
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} signed in, session {SessionId}.")]
    private partial void LogSignedIn(string accountId, string sessionId);
}
