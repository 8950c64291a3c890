using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Throttles;

/// <summary>
/// Table <c>Throttles</c>: a partition for each client network with a row for each minute, and one row for the mail quota.
/// </summary>
public sealed class ThrottleStore(TableServiceClient service, ChangeLoop loop)
{
    private readonly TableClient table = service.GetTableClient(TableNames.Throttles);

    /// <summary>
    /// Lets <paramref name="decide"/> change the mail quota, and saves it if that returns true. Starts again after a lost race.
    /// </summary>
    /// <param name="known">The row as this instance last saw it, which saves a read if no other instance has changed it.</param>
    /// <returns>The row as it is now.</returns>
    public async Task<EmailQuotaEntity> ChangeQuotaAsync(
        EmailQuotaEntity known, Func<EmailQuotaEntity, bool> decide, CancellationToken cancellationToken)
    {
        var save = false;
        return await loop.RunAsync(
            known.PartitionKey,
            known,
            () => FindQuotaAsync(cancellationToken),
            row =>
            {
                save = decide(row);
                return Task.FromResult(row);
            },
            row => save ? table.TrySaveAsync(row, cancellationToken) : Task.FromResult(row.ETag != default),
            cancellationToken);
    }

    /// <summary>
    /// Reserves up to <paramref name="wanted"/> requests and returns how many are granted. All instances together never get more than
    /// <paramref name="limit"/> for a minute.
    /// </summary>
    public async Task<int> ReserveAsync(string network, DateTimeOffset minute, int wanted, int limit, CancellationToken cancellationToken)
    {
        // Most networks send one request per minute, so try the insert first.
        var fresh = new NetworkWindowEntity(network, minute);
        var granted = 0;
        return await loop.RunAsync(
            network,
            fresh,
            async () => await table.FindAsync(network, fresh.RowKey, cancellationToken) is { } row
                ? new NetworkWindowEntity(row)
                : new(network, minute),
            window =>
            {
                var reserved = window.ETag == default ? 0 : window.Reserved;
                granted = Math.Max(0, Math.Min(wanted, limit - reserved));
                window.Reserved = reserved + granted;
                return Task.FromResult(granted);
            },
            window => granted == 0 ? Task.FromResult(true) : table.TrySaveAsync(window, cancellationToken),
            cancellationToken);
    }

    /// <summary>Removes a network's windows that began before <paramref name="when"/>.</summary>
    public async Task DeleteWindowsAsync(string network, DateTimeOffset when, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {network} and RowKey lt {new NetworkWindowEntity(network, when).RowKey}");
        await foreach (var page in table.QueryAsync<TableEntity>(filter, Partition.MaxRows, cancellationToken: cancellationToken).AsPages())
        {
            var partition = new Partition(network);
            foreach (var row in page.Values)
            {
                partition.Delete(new TableRow(row));
            }

            await partition.CommitAsync(table, cancellationToken);
        }
    }

    private async Task<EmailQuotaEntity> FindQuotaAsync(CancellationToken cancellationToken)
    {
        var fresh = new EmailQuotaEntity();
        return await table.FindAsync(fresh.PartitionKey, fresh.RowKey, cancellationToken) is { } row ? new EmailQuotaEntity(row) : fresh;
    }
}
