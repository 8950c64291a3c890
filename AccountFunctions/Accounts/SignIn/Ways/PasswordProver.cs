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
    CallerAttempts callers,
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

    /// <summary>Proves that the caller is still the user who signed in (OWASP ASVS 5.0 V7.5.1).</summary>
    public async Task<Result<Proof>> ProveAsync(Caller caller, string password, CancellationToken cancellationToken)
    {
        var account = caller.Account;
        var place = credentials.NewPlace();
        return await callers.RunAsync(caller, place, async counter =>
        {
            if (throttle.Delay(counter.Address, counter.Device) is { } delayed)
            {
                return delayed;
            }

            place.Take();
            var isRight = await credentials.VerifyAsync(password, [account.Credential], cancellationToken) == 0;
            return new Proof(counter, caller.Actor)
            {
                IsGuess = true,
                Place = place,
                Account = isRight ? account : null,
                Method = SessionEntity.PasswordMethod,
            };
        }, cancellationToken);
    }

    private async Task<Result<Proof>> ProveAsync(
        PasswordClaim claim, SignInAttempt attempt, HashPlace place, Visitor visitor, CancellationToken cancellationToken)
    {
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
