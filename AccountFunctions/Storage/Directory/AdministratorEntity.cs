using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Directory;

/// <summary>A row of partition <c>role-A</c> of table <c>Directory</c>: an administrator.</summary>
public sealed class AdministratorEntity(TableEntity columns) : TableRow(columns)
{
    /// <summary>Sorts behind every account, see <see cref="AccountDirectory.End"/>.</summary>
    public const string PartitionName = "role-A";

    public AdministratorEntity(string accountId)
        : this(new TableEntity(PartitionName, accountId))
    {
    }

    public string AccountId => RowKey;

    /// <summary>
    /// A request that is about to end the administrator has this long. Until then the account does not count, and nobody lists it again.
    /// </summary>
    public DateTimeOffset LeavesUntil { get => GetTime(); set => Set(value); }
}
