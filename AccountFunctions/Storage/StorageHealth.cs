using AccountFunctions.Contract.Answers;
using AccountFunctions.Telemetry;
using Azure.Data.Tables;
using Azure.Storage.Queues;

namespace AccountFunctions.Storage;

/// <summary>
/// Checks that tables and queues exist and answer, and measures how long the queues are. Otherwise throws the exception of the storage
/// client.
/// </summary>
public sealed class StorageHealth(TableServiceClient tables, QueueServiceClient queues, AccountMetrics metrics, TimeProvider time)
{
    // Cache the result, because anyone may ask, and each check costs ten calls.
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
            .. QueueNames.Jobs.SelectMany(name => new[] { name, QueueNames.PoisonOf(name) })
                .Select(name => MeasureAsync(queues.GetQueueClient(name), cancellationToken)),
        ]);
        lastGood = time.GetUtcNow();
        return Success.Done;
    }

    private async Task MeasureAsync(QueueClient queue, CancellationToken cancellationToken) =>
        metrics.QueueHolds(queue.Name, (await queue.GetPropertiesAsync(cancellationToken)).Value.ApproximateMessagesCount);

    // A point read could not tell a missing table from a missing row.
    private static async Task QueryAsync(TableClient table, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {"health"}");
        await foreach (var _ in table.QueryAsync<TableEntity>(filter, 1, cancellationToken: cancellationToken))
        {
        }
    }
}
