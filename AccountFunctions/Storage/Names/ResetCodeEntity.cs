using AccountFunctions.Contract.Values;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Names;

/// <summary>
/// Row <c>code-reset</c> of an address: the open reset code. Every address for which one was requested has it, with or without an account.
/// Row <c>code-reset-{hash of a device}</c>: the code that the client with this device requested, and its mails.
/// </summary>
public sealed class ResetCodeEntity(TableEntity columns) : CodeRow(columns), IMailCounter
{
    public const string RowName = "code-reset";
    public const string DeviceRowPrefix = RowName + "-";

    /// <param name="device">The device of the client that requested the code; null: it has none.</param>
    public ResetCodeEntity(string addressKey, DeviceEntity? device)
        : this(new TableEntity(addressKey, device is null ? RowName : DeviceRowPrefix + device.Hash))
    {
        if (device is not null)
        {
            DeviceCreated = device.Created;
        }
    }

    public bool IsOfDevice => RowKey != RowName;

    /// <summary>The mails that the client with the device requested; mails of other clients count in the guard.</summary>
    public IReadOnlyList<long> MailTimes { get => GetTimes(); set => SetList(value); }

    /// <summary>When the device was created.</summary>
    public DateTimeOffset DeviceCreated { get => GetTime(); set => Set(value); }

    /// <summary>The password that the redeemed code set; null for an open code.</summary>
    public Credential? Credential { get => GetCredential(); set => Set(value?.Stored, PasswordHash); }

    /// <summary>When the code was redeemed.</summary>
    public DateTimeOffset Redeemed { get => GetTime(); set => Set(value); }

    /// <summary>Ends the code, also for an instance whose clock is behind.</summary>
    public void Void(DateTimeOffset now) => (Expires, TriesLeft) = (now, 0);
}
