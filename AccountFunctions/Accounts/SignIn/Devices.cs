using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>
/// The devices of an account: clients that have proved its password and can show it. Each has its own count of failed sign-ins, so that
/// strangers who fail at the address cannot slow it down. A device is good for the password that it proved: whoever got it knows already
/// what he would guess at. Whoever steals it gains as many guesses as an address has.
/// </summary>
public static class Devices
{
    // Of an account.
    private const int Max = 10;

    /// <summary>A device that is new at this sign-in.</summary>
    public static (DeviceEntity Row, DeviceSecret Secret) New(AccountEntity account, string? client, DateTimeOffset now)
    {
        var secret = DeviceSecret.New();
        var row = new DeviceEntity(account.Id, secret.Hash) { Created = now, Client = client, PasswordChanged = account.PasswordChanged };
        return (row, secret);
    }

    /// <summary>
    /// Those that go when <paramref name="current"/> signs in: the ones that are void, and what is beyond ten. A client that does not keep
    /// its secret gets another device each time, so those that nobody has ever shown go first, and first of all those of a client with the
    /// same name; then those used longest ago.
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
