using Azure.Data.Tables;

namespace AccountFunctions.Storage;

/// <summary>Table <c>Addresses</c>: a partition for each e-mail address.</summary>
public sealed class AddressStore(TableServiceClient service)
{
    public const string TableName = "Addresses";

    private readonly TableClient table = service.GetTableClient(TableName);

    /// <param name="key"><see cref="Accounts.EmailAddress.Key"/>.</param>
    public async Task<AddressPartition> LoadAsync(string key, CancellationToken cancellationToken)
    {
        var rows = new List<TableEntity>();
        await foreach (var row in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {key}"), cancellationToken: cancellationToken))
        {
            rows.Add(row);
        }

        return new AddressPartition(key, rows);
    }

    /// <summary>False if the partition has changed since it was loaded. What was changed does not show in the time it takes.</summary>
    public Task<bool> TryCommitAsync(PartitionBatch batch, CancellationToken cancellationToken) => batch.TryCommitAsync(table, cancellationToken, alike: true);
}
