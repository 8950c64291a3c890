using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Changes;
using AccountFunctions.Storage.Jobs;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>Opens and ends sessions, and removes those beyond the limit.</summary>
public sealed partial class Sessions(
    AccountStore accounts,
    RecentActs recent,
    KnownClients clients,
    TokenReplies replies,
    IOptions<TokenOptions> options,
    IOptions<AccountOptions> accountOptions,
    TimeProvider time,
    ILogger<Sessions> logger)
{
    // More than ever end at one sign-in, fewer than a transaction takes.
    private const int MostEndedAtOnce = 90;
    private readonly TokenOptions options = options.Value;

    /// <summary>
    /// Opens a session for a user who has passed the gate. The same commit stores what the sign-in reveals about the account: the owner's
    /// language, and a hash of the password at the current cost.
    /// </summary>
    /// <param name="account">The account as last read.</param>
    public async Task<Result<TokenReply>> OpenAsync(
        Passed passed, AccountEntity account, Visitor visitor, CancellationToken cancellationToken)
    {
        if (account.Id != passed.Account.Id)
        {
            throw new ArgumentException("Another account passed the gate.", nameof(account));
        }

        await clients.RecordAsync(passed, account, visitor.Client, cancellationToken);
        var now = time.GetUtcNow();
        var refresh = RefreshToken.First(account.Id, Ids.New(now));
        var fresh = Devices.New(account, visitor.Client, now);
        var (rehashed, outdated) = (await RehashAsync(passed, cancellationToken), account.Credential);
        var opened = await accounts.ChangeAsync<TokenReply>(
            new AccountRequest(account.Id)
            {
                Account = account,
                Device = passed.Device,
                SignIns = passed.SignIns,
                Version = account.Version,
                Allows = state => state is AccountState.Active,
                Otherwise = Problem.InvalidCredentials,
            },
            partition =>
            {
                var current = partition.Account;
                var isChanged = Renew(current, visitor.Language, rehashed, outdated);
                var (former, role) = (current.Role, accountOptions.Value.RoleOf(current.Username, current.Role));
                if (role != former)
                {
                    (current.Role, isChanged) = (role, true);

                    // Its mail would name an administrator, but the operator did it.
                    partition.Record(Act.RoleChanged.InSilence(), Actor.App, now, current.Role);
                }

                if (isChanged)
                {
                    partition.Save(current);
                }

                if (role is AccountEntity.AdminRole || former is AccountEntity.AdminRole)
                {
                    partition.Enqueue(new AdministratorCheck(current.Id, now));
                }

                // Another sign-in may have ended the device in the meantime.
                var (device, secret) = passed is { Device: not null, DeviceSecret: { } shown } && partition.Device is { } known
                    ? (known, shown)
                    : fresh;
                (device.LastUsed, device.Client) = (now, visitor.Client);
                if (passed.Methods.Contains(SessionEntity.OtpMethod))
                {
                    device.FactorProved = now;
                }

                var session = new SessionEntity(current.Id, refresh.SessionId)
                {
                    Counter = refresh.Counter,
                    Hash = refresh.Hash,
                    Version = current.Version,
                    Created = now,
                    LastUsed = now,
                    Expires = now + options.RefreshAbsoluteLifetime,
                    Device = device.Hash,
                    Client = visitor.Client,
                    Amr = passed.Methods,
                };
                partition.Save(partition.SignIns.Turn ?? new SignInTurnEntity(current.Id));
                partition.Save(device);
                partition.Insert(session);
                partition.Record(Act.SignedIn, visitor.Actor with { SessionId = session.Id }, now);
                var ended = Devices.Ended(partition.SignIns.Devices, device, current, now)
                    .Concat<TableRow>(Ended(partition.SignIns.Sessions, current, now));
                foreach (var row in ended.Take(MostEndedAtOnce))
                {
                    partition.Delete(row);
                }

                return replies.Create(current, session, refresh) with { Device = secret.Text };
            },
            cancellationToken);
        if (!opened.IsRefused)
        {
            LogSignedIn(account.Id, refresh.SessionId);
        }

        return opened;
    }

    /// <summary>Ends a session of the caller's account.</summary>
    public async Task<Result<Success>> EndAsync(Caller caller, string sessionId, Act act, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();

        // Believed to be there, so that the usual case reads nothing.
        var ended = await accounts.ChangeAsync<Success>(
            caller.Request.WithSession(new SessionEntity(caller.Account.Id, sessionId)),
            partition =>
            {
                if (partition.Session is not { } session)
                {
                    return Problem.NotFound;
                }

                partition.Delete(session);
                partition.Record(act, caller.Actor with { SessionId = sessionId }, now);
                return Success.Done;
            },
            cancellationToken);

        // A client whose answer was lost may repeat its call.
        return ended.Problem == Problem.NotFound
            && await recent.HaveAsync(caller.Account.Id, act, recorded => recorded.SessionId == sessionId, now, cancellationToken)
                ? Success.Done
                : ended;
    }

    /// <returns>Whether the account has changed.</returns>
    private static bool Renew(AccountEntity account, string? language, Credential? rehashed, Credential? outdated)
    {
        var learnsLanguage = language is not null && language != account.Language && !account.HasChosenLanguage;
        if (learnsLanguage)
        {
            account.Language = language;
        }

        // Keep a password that was set in the meantime.
        var isRenewed = rehashed is not null && account.Credential == outdated;
        if (isRenewed)
        {
            account.Credential = rehashed;
        }

        return learnsLanguage || isRenewed;
    }

    // The user has passed the gate, so a busy hash gate must not fail the sign-in.
    private async Task<Credential?> RehashAsync(Passed passed, CancellationToken cancellationToken)
    {
        try
        {
            return passed.Rehash is { } rehash ? await rehash(cancellationToken) : null;
        }
        catch (UnavailableException e)
        {
            LogNotRehashed(passed.Account.Id, e);
            return null;
        }
    }

    /// <summary>Sessions that have ended, and those beyond the limit: the ones used longest ago.</summary>
    private IEnumerable<SessionEntity> Ended(IReadOnlyList<SessionEntity> sessions, AccountEntity account, DateTimeOffset now)
    {
        var isOpen = sessions.ToLookup(
            session => session.Version == account.Version && now < session.EndsAt(options.RefreshIdleLifetime));
        return isOpen[true].OrderByDescending(session => session.LastUsed).Skip(options.MaxSessions - 1)
            .Concat(isOpen[false]);
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} signed in, session {SessionId}.")]
    private partial void LogSignedIn(string accountId, string sessionId);

    [LoggerMessage(LogLevel.Warning, "The password of account {AccountId} keeps its old hash for now.")]
    private partial void LogNotRehashed(string accountId, Exception exception);
}
