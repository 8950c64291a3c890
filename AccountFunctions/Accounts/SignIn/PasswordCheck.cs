using AccountFunctions.Contract;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts;

/// <summary>
/// Checks the password of an address. Every attempt costs the same reads and one Argon2 run, with an account or without; only the right
/// password learns anything about the account.
/// </summary>
public sealed partial class PasswordCheck(
    AddressStore addresses,
    AccountStore accounts,
    Passwords passwords,
    SignInThrottle throttle,
    TimeProvider time,
    ILogger<PasswordCheck> logger)
{
    /// <param name="isMeant">
    /// Whether the operation is for this account. If not, the right password counts as a wrong one, so that no answer tells them apart.
    /// </param>
    public async Task<Result<KnownUser>> RunAsync(
        Member<string> username,
        Member<string> typed,
        Visitor visitor,
        Predicate<AccountEntity> isMeant,
        CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var address = errors.RequiredAddress("username", username);
        var password = passwords.ReadCurrent(errors, "password", typed);
        if (address is null || password is null || errors.Any)
        {
            return errors.ToProblem();
        }

        using var attempt = throttle.Begin(address.Key);
        var loaded = await addresses.LoadAsync(address.Key, visitor.Admission, cancellationToken);
        if (loaded.IsRefused)
        {
            return loaded.Problem;
        }

        var partition = loaded.Reply;
        if (throttle.Delay(partition.Guard) is { } delayed)
        {
            return delayed;
        }

        var now = time.GetUtcNow();
        var pending = partition.Pendings.LastOrDefault(row => row.IsLive(now));
        var account = await FindAsync(partition, cancellationToken);

        // While the password is hashed, so that it takes no time.
        var sessions = accounts.ListSessionsAsync(account?.Id ?? NobodyAt(partition), cancellationToken);

        // A registration is checked at a taken address, too. Otherwise registering and signing in there would tell whether the address is
        // taken.
        var outcome = await passwords.VerifyAsync(password, [account?.Credential, pending?.Credential], cancellationToken) switch
        {
            0 when account is not null && isMeant(account) => SignInOutcome.Succeeded,
            1 => SignInOutcome.NotActive,
            _ => SignInOutcome.Failed,
        };
        var open = await sessions;
        if (await throttle.RecordAsync(partition, attempt, outcome, cancellationToken) is { } refused)
        {
            return refused;
        }

        switch (outcome)
        {
            case SignInOutcome.NotActive:
                return Problem.NotActive;
            case SignInOutcome.Succeeded when account is not null:
                return new KnownUser(partition, account, account.StateAt(now), password, open);
            case var _ when (account?.Id ?? pending?.Id) is { } id:
                LogFailed(id);
                break;
        }

        return Problem.InvalidCredentials;
    }

    // At its recovery address, an account answers codes alone. It is read there all the same, like one that does not exist.
    private async Task<AccountEntity?> FindAsync(AddressPartition partition, CancellationToken cancellationToken) =>
        await accounts.FindAsync(partition.Claim?.AccountId ?? NobodyAt(partition), cancellationToken) is { } account
        && account.AddressKey == partition.Key
            ? account
            : null;

    // The id of an account that does not exist.
    private static string NobodyAt(AddressPartition partition) => partition.Key[..32];

    [LoggerMessage(LogLevel.Information, "A wrong password was tried on account {AccountId}.")]
    private partial void LogFailed(string accountId);
}

/// <summary>A visitor who knows the password of an account.</summary>
/// <param name="Partition">Of the account's address.</param>
/// <param name="Sessions">The account's sessions, those that have ended and are not yet removed among them.</param>
public sealed record KnownUser(
    AddressPartition Partition, AccountEntity Account, AccountState State, string Password, IReadOnlyList<SessionEntity> Sessions)
{
    /// <summary>Why the account may not sign in; null if it may.</summary>
    public Problem? Refusal => State switch
    {
        AccountState.Disabled => Problem.DisabledAccount,
        AccountState.Expired => Problem.ExpiredAccount,
        AccountState.DeletionPending => Problem.DeletionPending,
        _ => null,
    };
}
