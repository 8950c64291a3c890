using Azure.Data.Tables;

namespace AccountFunctions.Storage.Changes;

internal static class TableClientExtensions
{
    /// <summary>The row, or null if there is none.</summary>
    public static async Task<TableEntity?> FindAsync(
        this TableClient table, string partitionKey, string rowKey, CancellationToken cancellationToken)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(partitionKey, rowKey, cancellationToken: cancellationToken);
        return found.HasValue ? found.Value : null;
    }

    /// <summary>Saves one row. False if it has changed since it was read.</summary>
    public static Task<bool> TrySaveAsync(this TableClient table, TableRow row, CancellationToken cancellationToken)
    {
        var partition = new Partition(row.PartitionKey);
        partition.Save(row);
        return partition.CommitAsync(table, cancellationToken);
    }

    /// <param name="select">The columns to read; null for all.</param>
    public static async Task<List<TableEntity>> ListAsync(
        this TableClient table, string filter, CancellationToken cancellationToken, IEnumerable<string>? select = null)
    {
        var rows = new List<TableEntity>();
        await foreach (var row in table.QueryAsync<TableEntity>(filter, select: select, cancellationToken: cancellationToken))
        {
            rows.Add(row);
        }

        return rows;
    }
}
