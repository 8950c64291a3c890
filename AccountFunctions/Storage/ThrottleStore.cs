using Azure.Data.Tables;

namespace AccountFunctions.Storage;

/// <summary>Table <c>Throttles</c>: a partition for each client network, a row for each of its minutes.</summary>
public sealed class ThrottleStore(TableServiceClient service, OptimisticRetry retry)
{
    public const string TableName = "Throttles";

    private readonly TableClient table = service.GetTableClient(TableName);

    public async Task<EmailQuotaEntity> FindEmailQuotaAsync(CancellationToken cancellationToken)
    {
        var fresh = new EmailQuotaEntity();
        var found = await table.GetEntityIfExistsAsync<TableEntity>(fresh.PartitionKey, fresh.RowKey, cancellationToken: cancellationToken);
        return found.HasValue && found.Value is { } row ? new EmailQuotaEntity(row) : fresh;
    }

    /// <summary>False if the row has changed since it was read.</summary>
    public Task<bool> TrySaveAsync(TableRow row, CancellationToken cancellationToken)
    {
        var batch = new PartitionBatch(row.PartitionKey);
        batch.Save(row);
        return batch.TryCommitAsync(table, cancellationToken);
    }

    /// <summary>Removes a network's windows that began before <paramref name="when"/>.</summary>
    public async Task DeleteWindowsAsync(string network, DateTimeOffset when, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {network} and RowKey lt {new NetworkWindowEntity(network, when).RowKey}");
        await foreach (var page in table.QueryAsync<TableEntity>(filter, PartitionBatch.MaxRows, cancellationToken: cancellationToken).AsPages())
        {
            var batch = new PartitionBatch(network);
            foreach (var row in page.Values)
            {
                batch.Delete(new TableRow(row));
            }

            if (!batch.IsEmpty)
            {
                await batch.TryCommitAsync(table, cancellationToken);
            }
        }
    }

    /// <summary>
    /// Reserves up to <paramref name="wanted"/> requests and returns how many are granted; what all instances were granted for a minute never
    /// exceeds <paramref name="limit"/>.
    /// </summary>
    public async Task<int> ReserveAsync(string network, DateTimeOffset minute, int wanted, int limit, CancellationToken cancellationToken)
    {
        // Most networks are met once in a minute, so the first call is the insert.
        var window = new NetworkWindowEntity(network, minute);
        return await retry.RunAsync<int>(
            network,
            async () =>
            {
                var reserved = window.ETag == default ? 0 : window.Reserved;
                var granted = Math.Min(wanted, limit - reserved);
                if (granted <= 0)
                {
                    return 0;
                }

                window.Reserved = reserved + granted;
                if (await TrySaveAsync(window, cancellationToken))
                {
                    return granted;
                }

                var found = await table.GetEntityIfExistsAsync<TableEntity>(network, window.RowKey, cancellationToken: cancellationToken);
                window = found.HasValue && found.Value is { } row ? new NetworkWindowEntity(row) : new NetworkWindowEntity(network, minute);
                return null;
            },
            cancellationToken);
    }
}
