using AccountFunctions.Accounts;
using AccountFunctions.Email;
using AccountFunctions.Housekeeping;
using Azure.Data.Tables;
using Azure.Storage.Queues;

namespace AccountFunctions.Storage;

/// <summary>Whether tables and queue are there and answer. Throws what the storage client throws if not.</summary>
public sealed class StorageHealth(TableServiceClient tables, QueueServiceClient queues, TimeProvider time)
{
    // Anybody may ask, and each look costs five calls.
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(2);
    private DateTimeOffset seenWell;

    public async Task<Result<Success>> CheckAsync(CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() < seenWell + GoodFor)
        {
            return Success.Done;
        }

        string[] names = [AddressStore.TableName, AccountStore.TableName, ThrottleStore.TableName];
        await Task.WhenAll(
        [
            .. names.Select(name => QueryAsync(tables.GetTableClient(name), cancellationToken)),
            queues.GetQueueClient(EmailOutbox.QueueName).GetPropertiesAsync(cancellationToken),
            queues.GetQueueClient(HousekeepingSchedule.QueueName).GetPropertiesAsync(cancellationToken),
        ]);
        seenWell = time.GetUtcNow();
        return Success.Done;
    }

    // A point read would take a missing table for a missing row.
    private static async Task QueryAsync(TableClient table, CancellationToken cancellationToken)
    {
        await foreach (var _ in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {"health"}"), 1, cancellationToken: cancellationToken))
        {
        }
    }
}
