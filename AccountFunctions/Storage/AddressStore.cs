using AccountFunctions.Contract;
using Azure.Data.Tables;

namespace AccountFunctions.Storage;

/// <summary>Table <c>Addresses</c>: a partition for each e-mail address.</summary>
public sealed class AddressStore(TableServiceClient service, ChangeLoop loop)
{
    private readonly TableClient table = service.GetTableClient(TableNames.Addresses);

    /// <param name="key"><see cref="EmailAddress.Key"/>.</param>
    public async Task<AddressPartition> LoadAsync(string key, CancellationToken cancellationToken) =>
        new(key, await table.ListAsync(TableClient.CreateQueryFilter($"PartitionKey eq {key}"), cancellationToken));

    /// <summary>Loads a partition while the network throttle makes up its mind, and refuses what the throttle refuses.</summary>
    public async Task<Result<AddressPartition>> LoadAsync(string key, Task<Problem?> admission, CancellationToken cancellationToken)
    {
        var partition = await LoadAsync(key, cancellationToken);
        return await admission is { } refused ? refused : partition;
    }

    /// <summary>Loads a partition, lets <paramref name="decide"/> change it, and commits; after a lost race, it starts again.</summary>
    /// <exception cref="UnavailableException">Every race was lost.</exception>
    public Task<T> ChangeAsync<T>(string key, Func<AddressPartition, Task<T>> decide, CancellationToken cancellationToken) =>
        RunAsync(key, null, decide, cancellationToken);

    /// <summary>
    /// Like <see cref="ChangeAsync{T}(string, Func{AddressPartition, Task{T}}, CancellationToken)"/>, first on what is loaded already.
    /// </summary>
    public Task<T> ChangeAsync<T>(AddressPartition loaded, Func<AddressPartition, Task<T>> decide, CancellationToken cancellationToken) =>
        RunAsync(loaded.Key, loaded, decide, cancellationToken);

    /// <summary>A change for a visitor: nothing is decided before the network throttle has admitted the request.</summary>
    /// <param name="admission">The throttle's verdict, which may be under way while the partition loads; null admits.</param>
    public Task<Result<T>> ChangeAsync<T>(
        string key, Task<Problem?> admission, Func<AddressPartition, Task<Result<T>>> decide, CancellationToken cancellationToken)
        where T : notnull =>
        RunAsync(key, null, async partition => await admission is { } refused ? refused : await decide(partition), cancellationToken);

    /// <summary>Saves rows of a partition once. A lost race loses the change, which must not matter.</summary>
    public Task<bool> TryCommitAsync(AddressPartition partition, CancellationToken cancellationToken) =>
        partition.CommitAsync(table, cancellationToken, constantCost: true);

    private Task<T> RunAsync<T>(
        string key, AddressPartition? loaded, Func<AddressPartition, Task<T>> decide, CancellationToken cancellationToken) => loop.RunAsync(
            key,
            loaded,
            () => LoadAsync(key, cancellationToken),
            decide,
            partition => partition.CommitAsync(table, cancellationToken, constantCost: true),
            cancellationToken);
}
