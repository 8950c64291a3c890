using Azure.Data.Tables;

namespace AccountFunctions.Storage;

/// <summary>Row <c>account</c> of an address: whose it is. Unique because it is inserted, never replaced.</summary>
public sealed class ClaimEntity(TableEntity columns) : TableRow(columns)
{
    public const string RowName = "account";

    public ClaimEntity(string addressKey, string accountId)
        : this(new TableEntity(addressKey, RowName)) => Set(accountId, nameof(AccountId));

    public string AccountId => Get<string>();
}
