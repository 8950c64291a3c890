using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>
/// The devices of an account: clients that signed in with its password and hold a secret that proves it. Each has its own count of failed
/// sign-ins, so strangers who fail at the address cannot delay it. A device is valid only for the password that its client proved. That
/// client already knows the password, so it gains no guesses. A stolen device secret buys no more guesses than an address allows.
/// </summary>
public static class Devices
{
    private const int Max = 10;

    /// <summary>The device secret that a client sends; null if none.</summary>
    public static DeviceSecret? Read(FieldErrors errors, Member<string> device) =>
        errors.Optional("device", device) is { } text ? new DeviceSecret(text) : null;

    /// <summary>The device, if there is one and it is good for the account; null otherwise.</summary>
    public static DeviceEntity? IfGoodFor(this DeviceEntity? device, AccountEntity? account, DateTimeOffset now) =>
        account is not null && device?.IsGoodFor(account, now) == true ? device : null;

    /// <summary>Creates the device of a client that signs in without one.</summary>
    public static (DeviceEntity Row, DeviceSecret Secret) New(AccountEntity account, string? client, DateTimeOffset now)
    {
        var secret = DeviceSecret.New();
        var row = new DeviceEntity(account.Id, secret.Hash) { Created = now, Client = client, PasswordChanged = account.PasswordChanged };
        return (row, secret);
    }

    /// <summary>
    /// The devices to remove when <paramref name="current"/> signs in: void ones, and those beyond ten. A client that does not keep its
    /// secret gets another device at each sign-in, so devices whose secret never came back go first, starting with those of a client with
    /// the same name. Next go those used longest ago.
    /// </summary>
    public static IEnumerable<DeviceEntity> Ended(
        IReadOnlyList<DeviceEntity> devices, DeviceEntity current, AccountEntity account, DateTimeOffset now)
    {
        var isGood = devices.Where(device => device.RowKey != current.RowKey).ToLookup(device => device.IsGoodFor(account, now));
        return isGood[false].Concat(isGood[true]
            .OrderByDescending(device => device.IsKept)
            .ThenByDescending(device => device.Client != current.Client)
            .ThenByDescending(device => device.LastUsed)
            .Skip(Max - 1));
    }
}
