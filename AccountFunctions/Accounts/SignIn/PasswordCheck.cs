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
        LoginRequest request, Visitor visitor, Predicate<AccountEntity> isMeant, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var address = errors.RequiredAddress("username", request.Username);
        var password = passwords.ReadCurrent(errors, "password", request.Password);
        var secret = errors.Optional("device", request.Device) is { } text ? new DeviceSecret(text) : null;
        if (address is null || password is null || errors.Any)
        {
            return errors.ToProblem();
        }

        using var attempt = throttle.Begin(address.Key, secret?.Hash);
        var loaded = await addresses.LoadAsync(address.Key, visitor.Admission, cancellationToken);
        if (loaded.IsRefused)
        {
            return loaded.Problem;
        }

        var partition = loaded.Reply;

        // Without a secret, the address alone decides, and nothing more is read.
        if (secret is null && throttle.Delay(partition, null) is { } delayed)
        {
            return delayed;
        }

        var now = time.GetUtcNow();
        var pending = partition.Pendings.LastOrDefault(row => row.IsLive(now));
        var (account, device) = await FindAsync(partition, secret, now, cancellationToken);
        if (throttle.Delay(partition, device) is { } refused)
        {
            return refused;
        }

        // While the password is hashed, so that it takes no time.
        var listing = accounts.ListEndsAsync(account?.Id ?? NobodyAt(partition), cancellationToken);

        // A registration is checked at a taken address, too. Otherwise registering and signing in there would tell whether the address is
        // taken.
        var match = await passwords.VerifyAsync(password, [account?.Credential, pending?.Credential], cancellationToken);
        var waiting = match == 1 ? pending : null;
        var outcome = match switch
        {
            0 when account is not null && isMeant(account) => SignInOutcome.Succeeded,
            1 when waiting?.IsTried == true => SignInOutcome.NotActive,
            _ => SignInOutcome.Failed,
        };
        var signIns = await listing;
        if (await throttle.RecordAsync(partition, device, attempt, outcome, cancellationToken) is { } late)
        {
            return late;
        }

        if (waiting is not null)
        {
            await MarkTriedAsync(partition, waiting, cancellationToken);
            return Problem.NotActive;
        }

        if (outcome is SignInOutcome.Succeeded && account is not null)
        {
            return new KnownUser(partition, account, account.StateAt(now), password)
            {
                SignIns = signIns,
                Device = device is not null && secret is not null ? (device, secret) : null,
            };
        }

        if ((account?.Id ?? pending?.Id) is { } id)
        {
            LogFailed(id);
        }

        return Problem.InvalidCredentials;
    }

    // At its recovery address, an account answers codes alone. It is read there all the same, like one that does not exist.
    private async Task<(AccountEntity? Account, DeviceEntity? Device)> FindAsync(
        AddressPartition partition, DeviceSecret? secret, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Side by side: the device adds no time.
        var id = partition.Claim?.AccountId ?? NobodyAt(partition);
        var finding = secret is null ? null : accounts.FindDeviceAsync(id, secret.Hash, cancellationToken);
        var account = await accounts.FindAsync(id, cancellationToken) is { } found && found.AddressKey == partition.Key ? found : null;
        var device = finding is null ? null : await finding;
        return (account, account is not null && device?.IsGoodFor(account, now) == true ? device : null);
    }

    private async Task MarkTriedAsync(AddressPartition partition, PendingEntity waiting, CancellationToken cancellationToken)
    {
        if (!waiting.IsTried)
        {
            // If another request wins, the next try counts again.
            waiting.IsTried = true;
            partition.Save(waiting);
            await addresses.TryCommitAsync(partition, cancellationToken);
        }
    }

    // The id of an account that does not exist.
    private static string NobodyAt(AddressPartition partition) => partition.Key[..32];

    [LoggerMessage(LogLevel.Information, "A wrong password was tried on account {AccountId}.")]
    private partial void LogFailed(string accountId);
}

/// <summary>A visitor who knows the password of an account.</summary>
/// <param name="Partition">Of the account's address.</param>
public sealed record KnownUser(AddressPartition Partition, AccountEntity Account, AccountState State, string Password)
{
    /// <summary><see cref="AccountStore.ListEndsAsync"/> of the account.</summary>
    public required SignIns SignIns { get; init; }

    /// <summary>The device that the user has proved to sign in with; null if there is none.</summary>
    public required (DeviceEntity Row, DeviceSecret Secret)? Device { get; init; }

    /// <summary>Why the account may not sign in; null if it may.</summary>
    public Problem? Refusal => State switch
    {
        AccountState.Disabled => Problem.DisabledAccount,
        AccountState.Expired => Problem.ExpiredAccount,
        AccountState.DeletionPending => Problem.DeletionPending,
        _ => null,
    };
}
