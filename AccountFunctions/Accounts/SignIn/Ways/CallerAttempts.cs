using AccountFunctions.Contract.Answers;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Security.Throttling;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Accounts.SignIn.Ways;

/// <summary>
/// The attempts of callers to prove themselves again. They count at the device of the caller's session, so that strangers who fail at the
/// address do not delay it.
/// </summary>
public sealed class CallerAttempts(AddressStore addresses, AccountStore accounts, SignInThrottle throttle, TimeProvider time)
{
    /// <summary>Runs an attempt of the caller, as <see cref="Proof.RunAsync"/> does.</summary>
    public async Task<Result<Proof>> RunAsync(
        Caller caller, HashPlace? place, Func<SignInCounter, Task<Result<Proof>>> prove, CancellationToken cancellationToken)
    {
        var account = caller.Account;
        var hash = (await accounts.FindSessionAsync(account.Id, caller.SessionId, cancellationToken))?.Device;
        var attempt = throttle.Begin(account.AddressKey, hash);
        return await Proof.RunAsync(attempt, place, async () =>
        {
            var loading = addresses.LoadAsync(account.AddressKey, cancellationToken);
            var device = hash is null ? null : await FindDeviceAsync(account, hash, cancellationToken);
            return await prove(new SignInCounter(await loading, device, attempt));
        });
    }

    // Later sign-ins may have ended the device of a session that goes on. It still counts apart from strangers.
    private async Task<DeviceEntity?> FindDeviceAsync(AccountEntity account, string hash, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var device = await accounts.FindDeviceAsync(account.Id, hash, cancellationToken)
            ?? new DeviceEntity(account.Id, hash) { Created = now, LastUsed = now, PasswordChanged = account.PasswordChanged };
        return device.IfGoodFor(account, now);
    }
}
