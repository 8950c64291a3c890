using AccountFunctions.Contract;
using AccountFunctions.Security;
using AccountFunctions.Storage;

namespace AccountFunctions.Accounts;

/// <summary>
/// Has a caller prove again who it is (OWASP ASVS 5.0 V7.5.1), and slows guessing at the password down as at sign-in.
/// </summary>
public sealed class Reauthentication(AddressStore addresses, Passwords passwords, SignInThrottle throttle)
{
    /// <inheritdoc cref="Passwords.ReadCurrent"/>
    public string? Read(FieldErrors errors, string field, Member<string> member) => passwords.ReadCurrent(errors, field, member);

    /// <returns>The partition of the caller's address.</returns>
    public async Task<Result<AddressPartition>> CheckAsync(Caller caller, string password, CancellationToken cancellationToken)
    {
        var account = caller.Account;
        using var attempt = throttle.Begin(account.AddressKey);
        var partition = await addresses.LoadAsync(account.AddressKey, cancellationToken);
        if (throttle.Delay(partition.Guard) is { } delayed)
        {
            return delayed;
        }

        var isRight = await passwords.VerifyAsync(password, [account.Credential], cancellationToken) == 0;
        var outcome = isRight ? SignInOutcome.Succeeded : SignInOutcome.Failed;
        return await throttle.RecordAsync(partition, attempt, outcome, cancellationToken) is { } refused ? refused
            : isRight ? partition
            : Problem.InvalidPassword;
    }
}
