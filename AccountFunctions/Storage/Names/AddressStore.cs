using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Names;

/// <summary>Table <c>Addresses</c>, with a partition for each email address.</summary>
public sealed class AddressStore(TableServiceClient service, AccountStore accounts, PartitionChanges changes)
{
    private readonly TableClient table = service.GetTableClient(TableNames.Addresses);

    /// <param name="key"><see cref="EmailAddress.Key"/>.</param>
    public async Task<AddressPartition> LoadAsync(string key, CancellationToken cancellationToken) =>
        new(key, await table.ListAsync(TableClient.CreateQueryFilter($"PartitionKey eq {key}"), cancellationToken));

    /// <summary>The id of the account that a name belongs to; null if it is free.</summary>
    public async Task<string?> FindOwnerAsync(string key, CancellationToken cancellationToken) =>
        await table.FindAsync(key, ClaimEntity.RowName, cancellationToken) is { } row ? new ClaimEntity(row).AccountId : null;

    /// <summary>
    /// The only way to change an address: loads its rows, lets <paramref name="decide"/> change them, sends the jobs of the change and
    /// commits its rows together. Starts again after a lost race.
    /// </summary>
    /// <exception cref="UnavailableException">Every race was lost.</exception>
    public Task<Result<T>> ChangeAsync<T>(
        AddressRequest request, Func<AddressPartition, Task<Result<T>>> decide, CancellationToken cancellationToken)
        where T : notnull
    {
        return changes.RunAsync(
            request.Key,
            request.Loaded,
            () => LoadAsync(request.Key, cancellationToken),
            DecideAsync,
            PrepareAsync,
            table,
            constantCost: true,
            cancellationToken);

        async Task<Result<T>> DecideAsync(AddressPartition partition) =>
            request.Admission is { } admission && await admission is { } refused ? refused : await decide(partition);

        Task PrepareAsync(AddressPartition partition) => partition.Created is { } made
            ? accounts.CreateAsync(made, cancellationToken)
            : Task.CompletedTask;
    }

    /// <inheritdoc cref="ChangeAsync{T}(AddressRequest, Func{AddressPartition, Task{Result{T}}}, CancellationToken)"/>
    public Task<Result<T>> ChangeAsync<T>(
        AddressRequest request, Func<AddressPartition, Result<T>> decide, CancellationToken cancellationToken)
        where T : notnull => ChangeAsync<T>(request, partition => Task.FromResult(decide(partition)), cancellationToken);
}
