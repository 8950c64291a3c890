using AccountFunctions.Accounts.SignIn;
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
    /// <summary>
    /// The device whose lane a client uses; null for the lane that everybody shares. Reads the same rows for known and unknown addresses.
    /// </summary>
    /// <param name="secret">What the client sent; null if nothing.</param>
    public async Task<DeviceEntity?> FindAsync(AddressPartition partition, DeviceSecret? secret, CancellationToken cancellationToken)
    {
        if (secret is null)
        {
            return null;
        }

        var finding = accounts.FindDeviceAsync(partition.AccountId, secret.Hash, cancellationToken);
        var account = await accounts.FindAsync(partition.AccountId, cancellationToken);
        var device = await finding;
        var now = time.GetUtcNow();
        return account is not null
            && account.MailboxAt(partition.Key, now) is not null
            && device?.IsGoodFor(account, now) == true
            && HasRoom(partition, device, now)
                ? device
                : null;
    }

    // A thief with the password gets a new device, with a new count of mails, at each sign-in.
    private static bool HasRoom(AddressPartition partition, DeviceEntity device, DateTimeOffset now)
    {
        var dayAgo = (now - Retention.Mails).ToUnixTimeSeconds();
        var own = partition.FindResetCode(device);
        return partition.ResetCodes.Count(
            row => row.IsOfDevice && row.RowKey != own?.RowKey && row.MailTimes is [.., var last] && last > dayAgo) < Devices.Max;
    }
}
