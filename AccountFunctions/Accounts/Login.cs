using AccountFunctions.Documentation;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts;

public sealed record LoginRequest(
    [Field("The e-mail address. Outer white space is ignored.", Kind = FieldKind.Address, Required = true)] Member<string> Username = default,
    [Field("The password, exactly as it was typed.", Kind = FieldKind.Password, Required = true)] Member<string> Password = default);

/// <summary>
/// Checks a password and opens a session. Whoever asks, and whether or not there is such an account, costs the same reads and one Argon2 run;
/// only the right password learns anything about the account.
/// </summary>
[Operation(
    "Sign in",
    Description = "Opens a session. Failures are counted by address: after some of them every try, the right one too, has to wait.",
    Refusals = [nameof(Problem.InvalidCredentials), nameof(Problem.NotActive), nameof(Problem.ExpiredAccount), nameof(Problem.DisabledAccount)])]
public sealed partial class Login(
    AddressStore addresses,
    AccountStore accounts,
    PasswordHasher hasher,
    PasswordPolicy policy,
    SignInAttempts attempts,
    SignInThrottle throttle,
    SignInLedger ledger,
    SessionReplies replies,
    IOptions<TokenOptions> options,
    TimeProvider time,
    ILogger<Login> logger)
{
    public async Task<Result<LoginReply>> HandleAsync(LoginRequest request, Visitor visitor, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var address = errors.RequiredAddress("username", request.Username);
        var password = errors.Required("password", request.Password);
        if (password is not null && policy.IsTooLong(password))
        {
            errors.Add("password", FieldError.TooLong);
        }

        if (address is null || password is null || errors.Any)
        {
            return errors.ToProblem();
        }

        using var attempt = attempts.Begin(address.Key);
        var partition = await addresses.LoadAsync(address.Key, cancellationToken);
        if (await visitor.Admission is { } refused)
        {
            return refused;
        }

        if (throttle.Delay(partition.Guard) is { } delayed)
        {
            return delayed;
        }

        var now = time.GetUtcNow();
        var account = await accounts.FindAsync(partition.Claim?.AccountId ?? address.Key[..32], cancellationToken);
        var pending = partition.Pendings.LastOrDefault(row => row.IsLive(now));

        // A registration is asked at a taken address, too: otherwise whoever registers there and signs in would learn whether it is taken.
        var outcome = await hasher.VerifyAsync(password, [account?.PasswordHash, pending?.PasswordHash], cancellationToken) switch
        {
            0 => SignInOutcome.Succeeded,
            1 => SignInOutcome.NotActive,
            _ => SignInOutcome.Failed,
        };
        if (await throttle.RecordAsync(partition, attempt, outcome, cancellationToken) is { } unheard)
        {
            return unheard;
        }

        if (outcome is SignInOutcome.Failed && (account?.Id ?? pending?.Id) is { } id)
        {
            LogFailed(id);
        }

        return (outcome, account) switch
        {
            (SignInOutcome.Failed, _) => Problem.InvalidCredentials,
            (SignInOutcome.NotActive, _) or (_, null) => Problem.NotActive,
            (_, { Disabled: true }) => Problem.DisabledAccount,
            _ when account.IsExpired(now) => Problem.ExpiredAccount,
            _ => await OpenSessionAsync(partition, account, password, visitor, now, cancellationToken),
        };
    }

    private async Task<Result<LoginReply>> OpenSessionAsync(
        AddressPartition partition, AccountEntity account, string password, Visitor visitor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await ledger.RecordAsync(partition, account.Id, visitor.Client, cancellationToken);
        var refresh = RefreshToken.First(account.Id, Guid.CreateVersion7(now).ToString("N"));
        var batch = new PartitionBatch(account.Id);
        batch.Insert(new SessionEntity(account.Id, refresh.SessionId)
        {
            Counter = refresh.Counter,
            Hash = refresh.Hash,
            Version = account.Version,
            Created = now,
            LastUsed = now,
            Expires = now + options.Value.RefreshAbsoluteLifetime,
            Client = visitor.Client,
        });
        batch.Insert(new EventEntity(account.Id, AccountEvent.SignedIn, now, refresh.SessionId));
        await accounts.TryCommitAsync(batch, cancellationToken);
        await RehashAsync(account, password, cancellationToken);
        LogSignedIn(account.Id, refresh.SessionId);
        return replies.Create(account, refresh);
    }

    // Somebody who is signed in must not notice that the new hash could not be computed or stored.
    private async Task RehashAsync(AccountEntity account, string password, CancellationToken cancellationToken)
    {
        if (!hasher.IsOutdated(account.PasswordHash))
        {
            return;
        }

        try
        {
            account.PasswordHash = await hasher.HashAsync(password, PasswordHasher.SaltOf(account.PasswordHash), cancellationToken);
            var batch = new PartitionBatch(account.Id);
            batch.Save(account);
            await accounts.TryCommitAsync(batch, cancellationToken);
        }
        catch (Exception e) when (e is UnavailableException or Azure.RequestFailedException or AggregateException or OperationCanceledException)
        {
            LogNotRehashed(account.Id, e);
        }
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} signed in, session {SessionId}.")]
    private partial void LogSignedIn(string accountId, string sessionId);

    [LoggerMessage(LogLevel.Information, "A wrong password was tried on account {AccountId}.")]
    private partial void LogFailed(string accountId);

    [LoggerMessage(LogLevel.Warning, "The password hash of account {AccountId} could not be renewed.")]
    private partial void LogNotRehashed(string accountId, Exception exception);
}
