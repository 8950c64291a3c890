using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Security.Throttling;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts.SignIn.Ways;

/// <summary>
/// Proves an account by its password. Every attempt costs the same reads and one Argon2 run, whether or not there is an account. Only the
/// right password reveals anything about the account.
/// </summary>
public sealed partial class PasswordProver(
    AddressStore addresses,
    AccountStore accounts,
    Credentials credentials,
    SignInThrottle throttle,
    TimeProvider time,
    ILogger<PasswordProver> logger)
{
    /// <summary>Reads what a visitor sends to sign in; null if a field is invalid.</summary>
    public PasswordClaim? Read(FieldErrors errors, Member<string> username, Member<string> password, Member<string> device)
    {
        var address = errors.RequiredAddress("username", username);
        var current = credentials.ReadCurrent(errors, "password", password);
        var secret = Devices.Read(errors, device);
        return address is null || current is null || errors.Any ? null : new PasswordClaim(address, current, secret);
    }

    /// <summary>Proves the account of an address.</summary>
    public async Task<Result<Proof>> ProveAsync(PasswordClaim claim, Visitor visitor, CancellationToken cancellationToken)
    {
        if (visitor.EarlyRefusal is { } refused)
        {
            return refused;
        }

        var attempt = throttle.Begin(claim.Address.Key, claim.Device?.Hash);
        var place = credentials.NewPlace();
        return await Proof.RunAsync(attempt, place, () => ProveAsync(claim, attempt, place, visitor, cancellationToken));
    }

    /// <summary>
    /// Proves that the caller is still the user who signed in (OWASP ASVS 5.0 V7.5.1). Failures count at the device of the caller's
    /// session, so strangers who fail at the address do not delay the caller.
    /// </summary>
    public async Task<Result<Proof>> ProveAsync(Caller caller, string password, CancellationToken cancellationToken)
    {
        var account = caller.Account;
        var hash = (await accounts.FindSessionAsync(account.Id, caller.SessionId, cancellationToken))?.Device;
        var attempt = throttle.Begin(account.AddressKey, hash);
        var place = credentials.NewPlace();
        return await Proof.RunAsync(attempt, place, () => ProveAsync(caller, password, hash, attempt, place, cancellationToken));
    }

    private async Task<Result<Proof>> ProveAsync(
        PasswordClaim claim, SignInAttempt attempt, HashPlace place, Visitor visitor, CancellationToken cancellationToken)
    {
        place.Arrive();
        var (address, password, secret) = claim;
        var partition = await addresses.LoadAsync(address.Key, cancellationToken);
        if (await visitor.Admission is { } notAdmitted)
        {
            return notAdmitted;
        }

        // Without a device secret, only the address counts, so nothing more is read.
        if (secret is null)
        {
            if (throttle.Delay(partition, null) is { } delayed)
            {
                return delayed;
            }

            place.Take();
        }

        var now = time.GetUtcNow();
        var pending = partition.Pendings.LastOrDefault(row => row.IsLive(now));
        var (account, device) = await FindAsync(partition, secret, now, cancellationToken);
        if (throttle.Delay(partition, device) is { } refused)
        {
            return refused;
        }

        place.Take();

        // This read runs while the password is hashed, so it adds no time.
        var listing = accounts.ListEndsAsync(account?.Id ?? partition.AccountId, cancellationToken);

        // Check registrations even at a taken address. Otherwise a stranger could find out whether it is taken by registering and signing
        // in.
        var match = await credentials.VerifyAsync(password, [account?.Credential, pending?.Credential], cancellationToken);
        var proof = new Proof(new SignInCounter(partition, device, attempt), visitor.Actor)
        {
            IsGuess = true,
            Place = place,
            Registration = match == 1 ? pending : null,
            DeviceSecret = device is null ? null : secret,
            SignIns = await listing,
        };
        if (match == 0 && account is { Credential: { } credential })
        {
            return proof with
            {
                Account = account,
                Method = SessionEntity.PasswordMethod,
                Rehash = credentials.NeedsRehash(credential) ? stop => credentials.HashAsync(password, credential.Salt, stop) : null,
            };
        }

        if (match < 0 && (account?.Id ?? pending?.Id) is { } id)
        {
            LogFailed(id);
        }

        return proof;
    }

    private async Task<Result<Proof>> ProveAsync(
        Caller caller,
        string password,
        string? deviceHash,
        SignInAttempt attempt,
        HashPlace place,
        CancellationToken cancellationToken)
    {
        place.Arrive();
        var account = caller.Account;
        var loading = addresses.LoadAsync(account.AddressKey, cancellationToken);
        var now = time.GetUtcNow();
        var device = await FindDeviceAsync(account, deviceHash, now, cancellationToken);
        device = device.IfGoodFor(account, now);
        var partition = await loading;
        if (throttle.Delay(partition, device) is { } delayed)
        {
            return delayed;
        }

        place.Take();
        var isRight = await credentials.VerifyAsync(password, [account.Credential], cancellationToken) == 0;
        return new Proof(new SignInCounter(partition, device, attempt), caller.Actor)
        {
            IsGuess = true,
            Place = place,
            Account = isRight ? account : null,
            Method = SessionEntity.PasswordMethod,
        };
    }

    // Later sign-ins may have ended the device of a session that goes on. It still counts apart from strangers.
    private async Task<DeviceEntity?> FindDeviceAsync(
        AccountEntity account, string? hash, DateTimeOffset now, CancellationToken cancellationToken) => hash is null
            ? null
            : await accounts.FindDeviceAsync(account.Id, hash, cancellationToken)
                ?? new DeviceEntity(account.Id, hash) { Created = now, LastUsed = now, PasswordChanged = account.PasswordChanged };

    // The recovery address accepts only codes, never a password. Its account is read anyway, so that the work is the same.
    private async Task<(AccountEntity? Account, DeviceEntity? Device)> FindAsync(
        AddressPartition partition, DeviceSecret? secret, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Both reads run in parallel, so the device adds no time.
        var finding = secret is null ? null : accounts.FindDeviceAsync(partition.AccountId, secret.Hash, cancellationToken);
        var found = await accounts.FindAsync(partition.AccountId, cancellationToken);
        var account = found?.AddressKey == partition.Key ? found : null;
        var device = finding is null ? null : await finding;
        return (account, device.IfGoodFor(account, now));
    }

    [LoggerMessage(LogLevel.Information, "A wrong password was tried on account {AccountId}.")]
    private partial void LogFailed(string accountId);
}

/// <summary>The credentials that a visitor sends to sign in.</summary>
/// <param name="Device">The device secret that the client sent; null if none.</param>
public sealed record PasswordClaim(EmailAddress Address, string Password, DeviceSecret? Device);
