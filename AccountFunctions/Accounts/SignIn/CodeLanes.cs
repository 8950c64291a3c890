using AccountFunctions.Contract.Answers;
using AccountFunctions.Security.Throttling;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>
/// Separates the mailed codes of clients that have signed in to the account before from those of everybody else. Each such client has its
/// own open code, with its own tries and its own count of mails, so strangers at the address can neither use up its tries nor its mails.
/// </summary>
public sealed class CodeLanes(AccountStore accounts, MailThrottle throttle, TimeProvider time)
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
        return account?.MailboxAt(partition.Key, now) is null ? null : device.IfGoodFor(account, now);
    }

    /// <summary>A new code in the client's lane, whose mail is counted there; the refusal if the lane has no mail left.</summary>
    /// <param name="secret">What the client sent; null if nothing.</param>
    public async Task<Result<MailedCodeEntity>> NewCodeAsync(
        AddressPartition partition, CodeUse use, DeviceSecret? secret, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var device = await FindDeviceAsync(partition, secret, cancellationToken);
        var code = partition.NewCode(use, device is not null && HasRoom(partition, device) ? device : null);
        return throttle.Count(code.IsOfDevice ? code : partition.Guard, now) is { } throttled ? throttled : code;
    }

    /// <summary>
    /// Whether the device gets codes of its own. A thief with the password gets a new device, with a new count of mails, at each sign-in,
    /// so of the devices of the last day only some do.
    /// </summary>
    private bool HasRoom(AddressPartition partition, DeviceEntity device)
    {
        var dayAgo = time.GetUtcNow() - Retention.Mails;
        var lanes = partition.Codes.Where(row => row.IsOfDevice).ToLookup(row => row.DeviceHash);
        return device.Created <= dayAgo
            || lanes.Contains(device.Hash)
            || lanes.Count(lane => lane.Any(row => row.DeviceCreated > dayAgo)) < MaxNewDevices;
    }
}
