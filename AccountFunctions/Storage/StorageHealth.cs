using AccountFunctions.Contract.Answers;
using Azure.Data.Tables;
using Azure.Storage.Queues;

namespace AccountFunctions.Storage;

/// <summary>Checks that tables and queues exist and answer. Throws what the storage clients throw if not.</summary>
public sealed class StorageHealth(TableServiceClient tables, QueueServiceClient queues, TimeProvider time)
{
    // Anybody may ask, and each check costs five calls.
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(2);
    private DateTimeOffset lastGood;

    public async Task<Result<Success>> CheckAsync(CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() < lastGood + GoodFor)
        {
            return Success.Done;
        }

        await Task.WhenAll(
        [
            .. TableNames.All.Select(name => QueryAsync(tables.GetTableClient(name), cancellationToken)),
            .. QueueNames.Jobs.Select(name => queues.GetQueueClient(name).GetPropertiesAsync(cancellationToken)),
        ]);
        lastGood = time.GetUtcNow();
        return Success.Done;
    }

    // A point read would take a missing table for a missing row.
    private static async Task QueryAsync(TableClient table, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {"health"}");
        await foreach (var _ in table.QueryAsync<TableEntity>(filter, 1, cancellationToken: cancellationToken))
        {
        }
    }
}
