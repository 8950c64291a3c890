using Azure.Data.Tables;

namespace AccountFunctions.Storage;

/// <summary>Table <c>Throttles</c>: a partition for each client network, a row for each of its minutes.</summary>
public sealed class ThrottleStore(TableServiceClient service)
{
    public const string TableName = "Throttles";

    private readonly TableClient table = service.GetTableClient(TableName);

    /// <summary>
    /// Reserves up to <paramref name="wanted"/> requests and returns how many are granted; what all instances were granted for a minute never
    /// exceeds <paramref name="limit"/>.
    /// </summary>
    public async Task<int> ReserveAsync(string network, DateTimeOffset minute, int wanted, int limit, CancellationToken cancellationToken)
    {
        // Most networks are met once in a minute, so the first call is the insert.
        var window = new NetworkWindowEntity(network, minute);
        return await OptimisticRetry.RunAsync<int>(
            async () =>
            {
                var reserved = window.ETag == default ? 0 : window.Reserved;
                var granted = Math.Min(wanted, limit - reserved);
                if (granted <= 0)
                {
                    return 0;
                }

                window.Reserved = reserved + granted;
                var batch = new PartitionBatch(network);
                batch.Save(window);
                if (await batch.TryCommitAsync(table, cancellationToken))
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
