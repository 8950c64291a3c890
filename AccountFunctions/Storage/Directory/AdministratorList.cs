using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Directory;

/// <summary>The administrators of the deployment, so that requests at once cannot remove the last one.</summary>
public sealed class AdministratorList(TableServiceClient service, ChangeLoop loop, TimeProvider time)
{
    private readonly TableClient table = service.GetTableClient(TableNames.Directory);

    /// <summary>Lists an administrator, unless a request is about to end it.</summary>
    public Task AddAsync(string accountId, CancellationToken cancellationToken) => ChangeAsync(
        (partition, rows) =>
        {
            var listed = rows.Find(row => row.AccountId == accountId);
            if (listed is null || (listed.LeavesUntil != default && listed.LeavesUntil <= time.GetUtcNow()))
            {
                var row = listed ?? new AdministratorEntity(accountId);
                row.LeavesUntil = default;
                partition.Save(row);
            }

            return true;
        },
        cancellationToken);

    /// <summary>Removes an account that is no administrator.</summary>
    public Task RemoveAsync(string accountId, CancellationToken cancellationToken) => ChangeAsync(
        (partition, rows) =>
        {
            if (rows.Find(row => row.AccountId == accountId) is { } listed)
            {
                partition.Delete(listed);
            }

            return true;
        },
        cancellationToken);

    /// <summary>
    /// Marks an administrator as about to end, if another one stays. Saves that one's row too, so that of two administrators that end each
    /// other at once, one loses the race.
    /// </summary>
    /// <returns>False if no other is listed.</returns>
    public Task<bool> TryLeaveAsync(string accountId, DateTimeOffset until, CancellationToken cancellationToken) => ChangeAsync(
        (partition, rows) =>
        {
            if (rows.Find(row => row.AccountId != accountId && row.LeavesUntil == default) is not { } other)
            {
                return false;
            }

            var leaving = rows.Find(row => row.AccountId == accountId) ?? new AdministratorEntity(accountId);
            leaving.LeavesUntil = until;
            partition.Save(leaving);
            partition.Save(other);
            return true;
        },
        cancellationToken);

    private Task<bool> ChangeAsync(Func<Partition, List<AdministratorEntity>, bool> decide, CancellationToken cancellationToken) =>
        loop.RunAsync(
            AdministratorEntity.PartitionName,
            null,
            async () => new State(
                new Partition(AdministratorEntity.PartitionName),
                (await table.ListAsync(
                    TableClient.CreateQueryFilter($"PartitionKey eq {AdministratorEntity.PartitionName}"), cancellationToken))
                    .ConvertAll(row => new AdministratorEntity(row))),
            state => Task.FromResult(decide(state.Partition, state.Rows)),
            state => state.Partition.CommitAsync(table, cancellationToken),
            cancellationToken);

    private sealed record State(Partition Partition, List<AdministratorEntity> Rows);
}
