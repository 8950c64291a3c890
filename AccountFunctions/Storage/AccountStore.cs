using AccountFunctions.Contract;
using Azure.Data.Tables;

namespace AccountFunctions.Storage;

/// <summary>Table <c>Accounts</c>: a partition for each account.</summary>
public sealed class AccountStore(TableServiceClient service, ChangeLoop loop)
{
    /// <summary>Of sessions and devices: what tells the rows that have to go.</summary>
    public static readonly IReadOnlyList<string> EndColumns =
    [
        nameof(TableEntity.PartitionKey),
        nameof(TableEntity.RowKey),
        nameof(SessionEntity.Version),
        nameof(SessionEntity.LastUsed),
        nameof(SessionEntity.Expires),
        nameof(DeviceEntity.Created),
        nameof(DeviceEntity.Client),
        nameof(DeviceEntity.PasswordChanged),
    ];

    private readonly TableClient table = service.GetTableClient(TableNames.Accounts);

    public async Task<AccountEntity?> FindAsync(string id, CancellationToken cancellationToken) =>
        await table.FindAsync(id, AccountEntity.RowName, cancellationToken) is { } row ? new AccountEntity(row) : null;

    /// <summary>The account with the change of its address.</summary>
    public Task<AccountPartition> LoadAsync(string id, CancellationToken cancellationToken) =>
        LoadAsync(id, null, withEmailChange: true, cancellationToken);

    /// <summary>The ids of all accounts, in no order. A scan of the whole table: for operators, not for requests.</summary>
    public IAsyncEnumerable<string> ListIdsAsync(CancellationToken cancellationToken) => table
        .QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"RowKey eq {AccountEntity.RowName}"),
            select: ["PartitionKey"],
            cancellationToken: cancellationToken)
        .Select(row => row.PartitionKey);

    /// <summary>The history, newest first.</summary>
    /// <param name="after">The row key of the last event that is not wanted again; null begins with the newest.</param>
    public IAsyncEnumerable<EventEntity> ListEventsAsync(
        string accountId, string? after, int? pageSize, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {accountId} and RowKey gt {after ?? EventEntity.RowPrefix} and RowKey lt {EventEntity.LastKey}");
        return table.QueryAsync<TableEntity>(filter, pageSize, cancellationToken: cancellationToken).Select(row => new EventEntity(row));
    }

    /// <summary>Null if there is none.</summary>
    public async Task<SessionEntity?> FindSessionAsync(string accountId, string sessionId, CancellationToken cancellationToken) =>
        await table.FindAsync(accountId, SessionEntity.RowPrefix + sessionId, cancellationToken) is { } row ? new SessionEntity(row) : null;

    /// <summary>Null if there is none.</summary>
    /// <param name="hash"><see cref="DeviceEntity.Hash"/>.</param>
    public async Task<DeviceEntity?> FindDeviceAsync(string accountId, string hash, CancellationToken cancellationToken) =>
        await table.FindAsync(accountId, DeviceEntity.RowPrefix + hash, cancellationToken) is { } row ? new DeviceEntity(row) : null;

    /// <summary>The sessions, oldest first, and the devices that signed in.</summary>
    public Task<SignIns> ListSignInsAsync(string accountId, CancellationToken cancellationToken) =>
        ListSignInsAsync(accountId, null, cancellationToken);

    /// <summary>Like <see cref="ListSignInsAsync(string, CancellationToken)"/>, with no more than <see cref="EndColumns"/>.</summary>
    public Task<SignIns> ListEndsAsync(string accountId, CancellationToken cancellationToken) =>
        ListSignInsAsync(accountId, EndColumns, cancellationToken);

    /// <summary>What the history records of this very moment.</summary>
    public async Task<IReadOnlyList<EventEntity>> ListEventsAsync(
        string accountId, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var (first, last) = EventEntity.KeysAt(time);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {accountId} and RowKey ge {first} and RowKey lt {last}");
        return (await table.ListAsync(filter, cancellationToken)).ConvertAll(row => new EventEntity(row));
    }

    /// <summary>
    /// Loads an account, a session and the change of its address, lets <paramref name="decide"/> change them, and commits; after a lost
    /// race, it starts again.
    /// </summary>
    /// <param name="sessionId">Null loads no session.</param>
    /// <exception cref="UnavailableException">Every race was lost.</exception>
    public Task<T> ChangeAsync<T>(
        string accountId, string? sessionId, Func<AccountPartition, Task<T>> decide, CancellationToken cancellationToken) =>
        RunAsync(
            accountId, null, () => LoadAsync(accountId, sessionId, withEmailChange: true, cancellationToken), decide, cancellationToken);

    /// <inheritdoc cref="ChangeAsync{T}(string, string?, Func{AccountPartition, Task{T}}, CancellationToken)"/>
    public Task<T> ChangeAsync<T>(
        string accountId, string? sessionId, Func<AccountPartition, T> decide, CancellationToken cancellationToken) =>
        ChangeAsync(accountId, sessionId, partition => Task.FromResult(decide(partition)), cancellationToken);

    /// <summary>A change for the owner, first on the account as it was read for this request.</summary>
    public Task<T> ChangeAsync<T>(AccountEntity loaded, Func<AccountPartition, T> decide, CancellationToken cancellationToken) => RunAsync(
        loaded.Id,
        new AccountPartition(loaded.Id, loaded),
        () => LoadAsync(loaded.Id, null, withEmailChange: false, cancellationToken),
        partition => Task.FromResult(decide(partition)),
        cancellationToken);

    /// <summary>A change for a visitor: nothing is decided before the network throttle has admitted the request.</summary>
    public Task<Result<T>> ChangeAsync<T>(
        string accountId,
        string sessionId,
        Task<Problem?> admission,
        Func<AccountPartition, Result<T>> decide,
        CancellationToken cancellationToken)
        where T : notnull => RunAsync(
            accountId,
            null,
            () => LoadAsync(accountId, sessionId, withEmailChange: false, cancellationToken),
            async partition => await admission is { } refused ? refused : decide(partition),
            cancellationToken);

    /// <summary>Inserts rows of one account together. False if one of them is there already.</summary>
    public Task<bool> TryInsertAsync(string accountId, IEnumerable<TableRow> rows, CancellationToken cancellationToken)
    {
        var partition = new Partition(accountId);
        foreach (var row in rows)
        {
            partition.Insert(row);
        }

        return partition.CommitAsync(table, cancellationToken);
    }

    /// <summary>Saves one row. False if it has changed since it was read.</summary>
    public Task<bool> TrySaveAsync(TableRow row, CancellationToken cancellationToken) => table.TrySaveAsync(row, cancellationToken);

    /// <summary>
    /// Lets <paramref name="decide"/> change what a device counts, and saves it unless it is refused; after a lost race, it starts again.
    /// </summary>
    /// <param name="decide">Gets a device without an ETag if it is no longer there; nothing is saved then.</param>
    /// <exception cref="UnavailableException">Every race was lost.</exception>
    public async Task<Problem?> ChangeAsync(DeviceEntity loaded, Func<DeviceEntity, Problem?> decide, CancellationToken cancellationToken)
    {
        Problem? refused = null;
        return await loop.RunAsync(
            loaded.RowKey,
            loaded,
            async () => await FindDeviceAsync(loaded.PartitionKey, loaded.Hash, cancellationToken) ?? new(loaded.PartitionKey, loaded.Hash),
            device => Task.FromResult(refused = decide(device)),
            device => refused is null && device.ETag != default ? table.TrySaveAsync(device, cancellationToken) : Task.FromResult(true),
            cancellationToken);
    }

    /// <summary>Opens a session of a device. If another row has changed since it was read, none but the new ones is touched.</summary>
    /// <param name="device">New, or as it was read.</param>
    /// <param name="ended">Sessions and devices to delete.</param>
    public async Task OpenSessionAsync(
        SessionEntity session,
        DeviceEntity device,
        EventEntity signedIn,
        IEnumerable<TableRow> ended,
        CancellationToken cancellationToken)
    {
        var isNew = device.ETag == default;
        var partition = new Partition(session.PartitionKey);
        partition.Insert(session);
        partition.Insert(signedIn);
        partition.Save(device);
        foreach (var old in ended)
        {
            partition.Delete(old);
        }

        if (!await partition.CommitAsync(table, cancellationToken))
        {
            await TryInsertAsync(session.PartitionKey, isNew ? [session, signedIn, device] : [session, signedIn], cancellationToken);
        }
    }

    /// <summary>False if there is no such session.</summary>
    public Task<bool> TryEndSessionAsync(
        string accountId, string sessionId, EventEntity why, CancellationToken cancellationToken)
    {
        var partition = new Partition(accountId);
        partition.Delete(new SessionEntity(accountId, sessionId));
        partition.Insert(why);
        return partition.CommitAsync(table, cancellationToken);
    }

    /// <summary>Removes the account with all its rows. The account itself goes last: while it is there, the work can be taken up.</summary>
    public async Task DeleteAsync(string accountId, CancellationToken cancellationToken)
    {
        while (await ListAsync(TableClient.CreateQueryFilter($"PartitionKey eq {accountId}"), cancellationToken) is [_, ..] rows)
        {
            await DeleteAsync(accountId, rows.OrderBy(row => row.RowKey == AccountEntity.RowName), cancellationToken);
        }
    }

    /// <summary>Removes the history before <paramref name="when"/>.</summary>
    public async Task DeleteEventsAsync(string accountId, DateTimeOffset when, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {accountId} and RowKey ge {EventEntity.FirstKeyBefore(when)} and RowKey lt {EventEntity.LastKey}");
        await DeleteAsync(accountId, await ListAsync(filter, cancellationToken), cancellationToken);
    }

    /// <summary>Removes rows as they were read. If one has changed since, it stays, and some others with it.</summary>
    public async Task DeleteAsync(string accountId, IEnumerable<TableRow> rows, CancellationToken cancellationToken)
    {
        foreach (var chunk in rows.Chunk(Partition.MaxRows))
        {
            var partition = new Partition(accountId);
            Array.ForEach(chunk, partition.Delete);
            await partition.CommitAsync(table, cancellationToken);
        }
    }

    private async Task<SignIns> ListSignInsAsync(string accountId, IEnumerable<string>? select, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {accountId} and RowKey ge {SessionEntity.RowPrefix} and RowKey lt {DeviceEntity.LastKey}");
        var rows = await table.ListAsync(filter, cancellationToken, select);
        IEnumerable<TableEntity> Of(string prefix) => rows.Where(row => row.RowKey.StartsWith(prefix, StringComparison.Ordinal));
        return new SignIns(
            [.. Of(SessionEntity.RowPrefix).Select(row => new SessionEntity(row))],
            [.. Of(DeviceEntity.RowPrefix).Select(row => new DeviceEntity(row))]);
    }

    private Task<T> RunAsync<T>(
        string accountId,
        AccountPartition? loaded,
        Func<Task<AccountPartition>> load,
        Func<AccountPartition, Task<T>> decide,
        CancellationToken cancellationToken) =>
        loop.RunAsync(
            accountId,
            loaded,
            load,
            decide,
            partition => partition.CommitAsync(table, cancellationToken),
            cancellationToken);

    private async Task<AccountPartition> LoadAsync(
        string accountId, string? sessionId, bool withEmailChange, CancellationToken cancellationToken)
    {
        // Side by side: the other reads add no time.
        var account = FindAsync(accountId, cancellationToken);
        var session = RowAsync(sessionId is null ? null : SessionEntity.RowPrefix + sessionId);
        var change = RowAsync(withEmailChange ? EmailChangeEntity.RowName : null);
        return new AccountPartition(
            accountId,
            await account,
            await session is { } found ? new SessionEntity(found) : null,
            await change is { } open ? new EmailChangeEntity(open) : null);

        Task<TableEntity?> RowAsync(string? row) =>
            row is null ? Task.FromResult<TableEntity?>(null) : table.FindAsync(accountId, row, cancellationToken);
    }

    private async Task<List<TableRow>> ListAsync(string filter, CancellationToken cancellationToken) =>
        (await table.ListAsync(filter, cancellationToken)).ConvertAll(row => new TableRow(row));
}

/// <summary>What sign-ins have left at an account: rows that have ended and are not yet removed, too.</summary>
/// <param name="Sessions">Oldest first.</param>
public sealed record SignIns(IReadOnlyList<SessionEntity> Sessions, IReadOnlyList<DeviceEntity> Devices);
