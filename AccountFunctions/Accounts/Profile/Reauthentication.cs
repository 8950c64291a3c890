using AccountFunctions.Contract;
using AccountFunctions.Security;
using AccountFunctions.Storage;

namespace AccountFunctions.Accounts;

/// <summary>
/// Has a caller prove again who it is (OWASP ASVS 5.0 V7.5.1), and slows guessing at the password down as at sign-in. The device of the
/// caller's session decides, so strangers who fail at the address do not delay it. An attempt that was answered counts at the address, too.
/// </summary>
public sealed class Reauthentication(
    AddressStore addresses, AccountStore accounts, Passwords passwords, SignInThrottle throttle, TimeProvider time)
{
    /// <inheritdoc cref="Passwords.ReadCurrent"/>
    public string? Read(FieldErrors errors, string field, Member<string> member) => passwords.ReadCurrent(errors, field, member);

    public async Task<Result<ProvedCaller>> CheckAsync(Caller caller, string password, CancellationToken cancellationToken)
    {
        var account = caller.Account;
        var hash = (await accounts.FindSessionAsync(account.Id, caller.SessionId, cancellationToken))?.Device;
        using var attempt = throttle.Begin(account.AddressKey, hash);
        var loading = addresses.LoadAsync(account.AddressKey, cancellationToken);
        var device = hash is null ? null : await accounts.FindDeviceAsync(account.Id, hash, cancellationToken);
        device = device?.IsGoodFor(account, time.GetUtcNow()) == true ? device : null;
        var partition = await loading;
        if (throttle.Delay(partition, device) is { } delayed)
        {
            return delayed;
        }

        var isRight = await passwords.VerifyAsync(password, [account.Credential], cancellationToken) == 0;
        var outcome = isRight ? SignInOutcome.Succeeded : SignInOutcome.Failed;
        if (await throttle.RecordAsync(partition, device, attempt, outcome, cancellationToken) is { } refused)
        {
            return refused;
        }

        if (device is not null)
        {
            await throttle.RecordAsync(partition, null, attempt, outcome, cancellationToken);
        }

        return isRight ? new ProvedCaller(partition, device) : Problem.InvalidPassword;
    }
}

/// <summary>A caller who has just proved the password.</summary>
/// <param name="Partition">Of the caller's address.</param>
/// <param name="Device">The device of the caller's session; null if it has none that is good.</param>
public sealed record ProvedCaller(AddressPartition Partition, DeviceEntity? Device);
