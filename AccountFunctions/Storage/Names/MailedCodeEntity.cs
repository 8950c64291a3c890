using AccountFunctions.Contract.Values;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Names;

/// <summary>
/// Row <c>code-reset</c> or <c>code-login</c> of an address: the open code of this use. Every address for which one was requested has it,
/// with or without an account. With <c>-{hash of a device}</c> appended: the code that the client with this device requested, and its
/// mails.
/// </summary>
public sealed class MailedCodeEntity(TableEntity columns) : CodeRow(columns), IMailCounter
{
    private static readonly Dictionary<CodeUse, string> RowNames = new()
    {
        [CodeUse.Reset] = "code-reset",
        [CodeUse.SignIn] = "code-login",
    };

    /// <param name="device">The device of the client that requested the code; null: it has none.</param>
    public MailedCodeEntity(string addressKey, CodeUse use, DeviceEntity? device)
        : this(new TableEntity(addressKey, device is null ? RowNames[use] : $"{RowNames[use]}-{device.Hash}"))
    {
        if (device is not null)
        {
            DeviceCreated = device.Created;
        }
    }

    public CodeUse Use => RowNames.Single(row => RowKey.StartsWith(row.Value, StringComparison.Ordinal)).Key;

    /// <summary><see cref="DeviceEntity.Hash"/>; empty if any client may have requested the code.</summary>
    public string DeviceHash => RowKey[RowNames[Use].Length..].TrimStart('-');

    public bool IsOfDevice => DeviceHash is not "";

    /// <summary>The mails that the client with the device requested; mails of other clients count in the guard.</summary>
    public IReadOnlyList<long> MailTimes { get => GetTimes(); set => SetList(value); }

    /// <summary>When the device was created.</summary>
    public DateTimeOffset DeviceCreated { get => GetTime(); set => Set(value); }

    /// <summary>The password that the redeemed code set; null for an open code.</summary>
    public Credential? Credential { get => GetCredential(); set => Set(value?.Stored, PasswordHash); }

    /// <summary>When the code was redeemed.</summary>
    public DateTimeOffset Redeemed { get => GetTime(); set => Set(value); }

    /// <summary>Whether a row of an address is one of these.</summary>
    public static bool Is(string rowKey) =>
        RowNames.Values.Any(name => rowKey == name || rowKey.StartsWith(name + "-", StringComparison.Ordinal));

    /// <summary>Ends the code, also for an instance whose clock is behind.</summary>
    public void Void(DateTimeOffset now) => (Expires, TriesLeft) = (now, 0);
}

/// <summary>What a mailed code is for.</summary>
public enum CodeUse
{
    /// <summary>To set a new password.</summary>
    Reset,

    /// <summary>To sign in without one.</summary>
    SignIn,
}
