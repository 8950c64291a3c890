using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Accounts.Recovery;

/// <summary>
/// Separates the reset codes of clients that have signed in to the account before from those of everybody else. Each such client has its
/// own open code, with its own tries and its own count of mails, so strangers at the address can neither use up its tries nor its mails.
/// </summary>
public sealed class CodeLanes(AccountStore accounts, TimeProvider time)
{
    private const int MaxNewDevices = 3;

    /// <summary>
    /// The client's device, if it is good for the account of the address. Reads the same rows for known and unknown addresses.
    /// </summary>
    /// <param name="secret">What the client sent; null if nothing.</param>
    public async Task<DeviceEntity?> FindDeviceAsync(AddressPartition partition, DeviceSecret? secret, CancellationToken cancellationToken)
    {
        if (secret is null)
        {
            return null;
        }

        var finding = accounts.FindDeviceAsync(partition.AccountId, secret.Hash, cancellationToken);
        var account = await accounts.FindAsync(partition.AccountId, cancellationToken);
        var device = await finding;
        var now = time.GetUtcNow();
        return account?.MailboxAt(partition.Key, now) is not null && device?.IsGoodFor(account, now) == true ? device : null;
    }

    /// <summary>
    /// Whether the device gets codes of its own. A thief with the password gets a new device, with a new count of mails, at each sign-in,
    /// so of the devices of the last day only some do.
    /// </summary>
    public bool HasRoom(AddressPartition partition, DeviceEntity device)
    {
        var dayAgo = time.GetUtcNow() - Retention.Mails;
        return device.Created <= dayAgo
            || partition.FindResetCode(device) is not null
            || partition.ResetCodes.Count(row => row.IsOfDevice && row.DeviceCreated > dayAgo) < MaxNewDevices;
    }
}
