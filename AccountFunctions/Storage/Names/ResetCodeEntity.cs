using AccountFunctions.Contract.Values;
using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Names;

/// <summary>
/// Row <c>code-reset</c> of an address: the open reset code. Every address for which one was requested has it, with or without an account.
/// </summary>
public sealed class ResetCodeEntity(TableEntity columns) : CodeRow(columns)
{
    public const string RowName = "code-reset";

    public ResetCodeEntity(string addressKey)
        : this(new TableEntity(addressKey, RowName))
    {
    }

    /// <summary>The password that the redeemed code set; null for an open code.</summary>
    public Credential? Credential { get => GetCredential(); set => Set(value?.Stored, PasswordHash); }

    /// <summary>When the code was redeemed.</summary>
    public DateTimeOffset Redeemed { get => GetTime(); set => Set(value); }
}
