using AccountFunctions.Accounts;
using AccountFunctions.Email;
using AccountFunctions.Housekeeping;
using Azure.Data.Tables;
using Azure.Storage.Queues;

namespace AccountFunctions.Storage;

/// <summary>Whether tables and queue are there and answer. Throws what the storage client throws if not.</summary>
public sealed class StorageHealth(TableServiceClient tables, QueueServiceClient queues)
{
    public async Task<Result<Success>> CheckAsync(CancellationToken cancellationToken)
    {
        string[] names = [AddressStore.TableName, AccountStore.TableName, ThrottleStore.TableName];
        await Task.WhenAll(
        [
            .. names.Select(name => QueryAsync(tables.GetTableClient(name), cancellationToken)),
            queues.GetQueueClient(EmailOutbox.QueueName).GetPropertiesAsync(cancellationToken),
            queues.GetQueueClient(HousekeepingSchedule.QueueName).GetPropertiesAsync(cancellationToken),
        ]);
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
