using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage.Changes;
using AccountFunctions.Storage.Directory;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Accounts;

/// <summary>Table <c>Accounts</c>, with a partition for each account.</summary>
public sealed class AccountStore(TableServiceClient service, AccountDirectory directory, PartitionChanges changes, TimeProvider time)
{
    /// <summary>The columns of sessions and devices that show which rows must go.</summary>
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

    /// <summary>The ids of all accounts, in no particular order. Scans the whole table, so it is for operators, not for requests.</summary>
    public IAsyncEnumerable<string> ListIdsAsync(CancellationToken cancellationToken) => table
        .QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"RowKey eq {AccountEntity.RowName}"),
            select: ["PartitionKey"],
            cancellationToken: cancellationToken)
        .Select(row => row.PartitionKey);

    /// <summary>The history, newest first.</summary>
    /// <param name="after">The row key of the last event already read; null begins with the newest.</param>
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

    /// <summary>Null if there is none.</summary>
    /// <param name="passkeyId"><see cref="PasskeyEntity.Id"/>.</param>
    public async Task<PasskeyEntity?> FindPasskeyAsync(string accountId, string passkeyId, CancellationToken cancellationToken) =>
        await table.FindAsync(accountId, PasskeyEntity.RowPrefix + passkeyId, cancellationToken) is { } row ? new PasskeyEntity(row) : null;

    /// <summary>The sessions, oldest first, and the devices.</summary>
    public Task<SignIns> ListSignInsAsync(string accountId, CancellationToken cancellationToken) =>
        ListSignInsAsync(accountId, null, cancellationToken);

    /// <summary>Like <see cref="ListSignInsAsync(string, CancellationToken)"/>, but reads only <see cref="EndColumns"/>.</summary>
    public Task<SignIns> ListEndsAsync(string accountId, CancellationToken cancellationToken) =>
        ListSignInsAsync(accountId, EndColumns, cancellationToken);

    public async Task<WaysIn> ListWaysInAsync(string accountId, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {accountId} and RowKey ge {WaysIn.FirstKey} and RowKey lt {WaysIn.LastKey}");
        var rows = await table.ListAsync(filter, cancellationToken);
        IEnumerable<TableEntity> Of(string prefix) => rows.Where(row => row.RowKey.StartsWith(prefix, StringComparison.Ordinal));
        return new WaysIn(
            rows.Find(row => row.RowKey == TotpEntity.RowName) is { } totp ? new TotpEntity(totp) : null,
            [.. Of(PasskeyEntity.RowPrefix).Select(row => new PasskeyEntity(row))],
            [.. Of(IdentityEntity.RowPrefix).Select(row => new IdentityEntity(row))]);
    }

    /// <summary>The events with exactly this time.</summary>
    public async Task<IReadOnlyList<EventEntity>> ListEventsAsync(
        string accountId, DateTimeOffset time, CancellationToken cancellationToken)
    {
        var (first, last) = EventEntity.KeysAt(time);
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {accountId} and RowKey ge {first} and RowKey lt {last}");
        return (await table.ListAsync(filter, cancellationToken)).ConvertAll(row => new EventEntity(row));
    }

    /// <summary>What the history records of one kind after one moment and before another.</summary>
    /// <param name="kind"><see cref="Act.Word"/>.</param>
    public async Task<IReadOnlyList<EventEntity>> ListEventsAsync(
        string accountId, string kind, DateTimeOffset after, DateTimeOffset before, CancellationToken cancellationToken)
    {
        // Keys sort newer events first.
        var (first, end) = (EventEntity.FirstKeyBefore(before), EventEntity.KeysAt(after).First);
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {accountId} and RowKey ge {first} and RowKey lt {end} and Kind eq {kind}");
        return (await table.ListAsync(filter, cancellationToken)).ConvertAll(row => new EventEntity(row));
    }

    /// <summary>The account and the change of its address, each null if there is none.</summary>
    public async Task<(AccountEntity? Account, EmailChangeEntity? Change)> FindWithEmailChangeAsync(
        string id, CancellationToken cancellationToken)
    {
        // Both reads run in parallel, so the second adds no time.
        var account = FindAsync(id, cancellationToken);
        var change = FindEmailChangeAsync(id, cancellationToken);
        return (await account, await change);
    }

    /// <summary>The names whose claims the account needs; none if it does not exist.</summary>
    public async Task<IEnumerable<string>> ListNamesAsync(string id, CancellationToken cancellationToken)
    {
        var waysIn = ListWaysInAsync(id, cancellationToken);
        var (account, change) = await FindWithEmailChangeAsync(id, cancellationToken);
        return account?.Names(change, await waysIn) ?? [];
    }

    /// <summary>
    /// The only way to change an account: loads the rows that the request names, lets <paramref name="decide"/> change them, sends the jobs
    /// of the change and commits its rows together. Starts again after a lost race.
    /// </summary>
    /// <returns><see cref="AccountRequest.Otherwise"/> if the account does not match the request.</returns>
    /// <exception cref="UnavailableException">Every race was lost.</exception>
    public Task<Result<T>> ChangeAsync<T>(
        AccountRequest request, Func<AccountPartition, Result<T>> decide, CancellationToken cancellationToken)
        where T : notnull
    {
        var isFirst = true;
        return changes.RunAsync(request.AccountId, null, ReadAsync, DecideAsync, null, table, constantCost: false, cancellationToken);

        Task<AccountPartition> ReadAsync()
        {
            var loading = LoadAsync(request, isFirst, cancellationToken);
            isFirst = false;
            return loading;
        }

        async Task<Result<T>> DecideAsync(AccountPartition partition) =>
            request.Admission is { } admission && await admission is { } refused ? refused
            : request.Admits(partition, time.GetUtcNow()) ? decide(partition)
            : request.Otherwise;
    }

    /// <summary>
    /// Inserts an account that is not reachable yet, because no name leads to it. It may already exist, left over from an interrupted call;
    /// this removes its password if the account must have none.
    /// </summary>
    internal async Task CreateAsync(NewAccount made, CancellationToken cancellationToken)
    {
        var account = made.Account;

        // Both writes run in parallel, so the second adds no time.
        var listing = directory.AddAsync(account.Id, cancellationToken);
        var partition = new Partition(account.Id);
        foreach (var row in made.Rows)
        {
            partition.Insert(row);
        }

        var isNew = await partition.CommitAsync(table, cancellationToken);
        await listing;
        if (!isNew && account.Credential is null)
        {
            await ChangeAsync<Success>(
                new AccountRequest(account.Id),
                left =>
                {
                    left.Account.Credential = null;
                    left.Save(left.Account);
                    return Success.Done;
                },
                cancellationToken);
        }
    }

    /// <summary>
    /// Removes the account from the directory, and all its rows. The account's own row goes last, so that an interrupted deletion can
    /// continue.
    /// </summary>
    public async Task DeleteAsync(string accountId, CancellationToken cancellationToken)
    {
        await directory.RemoveAsync(accountId, cancellationToken);
        while (await ListAsync(TableClient.CreateQueryFilter($"PartitionKey eq {accountId}"), cancellationToken) is [_, ..] rows)
        {
            await DeleteAsync(accountId, rows.OrderBy(row => row.RowKey == AccountEntity.RowName), cancellationToken);
        }
    }

    /// <summary>Adds what a backup holds of the history. Events that are there stay as they are.</summary>
    /// <param name="history">Rows of the account.</param>
    public async Task AddEventsAsync(string accountId, IEnumerable<EventEntity> history, CancellationToken cancellationToken)
    {
        foreach (var chunk in history.Chunk(Partition.MaxRows))
        {
            if (!await TryAddAsync(accountId, chunk, cancellationToken))
            {
                // Some are there already.
                foreach (var row in chunk)
                {
                    await TryAddAsync(accountId, [row], cancellationToken);
                }
            }
        }
    }

    /// <summary>Removes the history before <paramref name="when"/>.</summary>
    public async Task DeleteEventsAsync(string accountId, DateTimeOffset when, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {accountId} and RowKey ge {EventEntity.FirstKeyBefore(when)} and RowKey lt {EventEntity.LastKey}");
        await DeleteAsync(accountId, await ListAsync(filter, cancellationToken), cancellationToken);
    }

    /// <summary>Removes rows if they are unchanged. A row that has changed stays, together with the other rows of its batch.</summary>
    public async Task DeleteAsync(string accountId, IEnumerable<TableRow> rows, CancellationToken cancellationToken)
    {
        foreach (var chunk in rows.Chunk(Partition.MaxRows))
        {
            var partition = new Partition(accountId);
            Array.ForEach(chunk, partition.Delete);
            await partition.CommitAsync(table, cancellationToken);
        }
    }

    private Task<bool> TryAddAsync(string accountId, EventEntity[] rows, CancellationToken cancellationToken)
    {
        var partition = new Partition(accountId);
        Array.ForEach(rows, partition.Insert);
        return partition.CommitAsync(table, cancellationToken);
    }

    private async Task<SignIns> ListSignInsAsync(string accountId, IEnumerable<string>? select, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter(
            $"PartitionKey eq {accountId} and RowKey ge {SessionEntity.RowPrefix} and RowKey lt {DeviceEntity.LastKey}");
        var rows = await table.ListAsync(filter, cancellationToken, select);
        IEnumerable<TableEntity> Of(string prefix) => rows.Where(row => row.RowKey.StartsWith(prefix, StringComparison.Ordinal));
        return new SignIns(
            [.. Of(SessionEntity.RowPrefix).Select(row => new SessionEntity(row))],
            [.. Of(DeviceEntity.RowPrefix).Select(row => new DeviceEntity(row))],
            rows.Find(row => row.RowKey == SignInTurnEntity.RowName) is { } turn ? new SignInTurnEntity(turn) : null);
    }

    // The reads run in parallel, so the others add no time.
    private async Task<AccountPartition> LoadAsync(AccountRequest request, bool isFirst, CancellationToken cancellationToken)
    {
        var id = request.AccountId;
        var account = Known(request.Account) ?? (request.WithAccount ? FindAsync(id, cancellationToken) : None<AccountEntity>());
        var session = Known(request.Session)
            ?? (request.SessionId is { } wanted ? FindSessionAsync(id, wanted, cancellationToken) : None<SessionEntity>());
        var change = request.WithEmailChange ? FindEmailChangeAsync(id, cancellationToken) : None<EmailChangeEntity>();
        var device = Known(request.Device)
            ?? (request.Device is { } shown ? FindDeviceAsync(id, shown.Hash, cancellationToken) : None<DeviceEntity>());
        var passkey = Known(request.Passkey)
            ?? (request.PasskeyId is { } used ? FindPasskeyAsync(id, used, cancellationToken) : None<PasskeyEntity>());
        var signIns = Known(request.SignIns) ?? (request.SignIns is null ? None<SignIns>() : ListAsync());
        var waysIn = request.WithWaysIn ? FindWaysInAsync() : None<WaysIn>();
        return new AccountPartition(
            request, await account, await session, await change, await device, await passkey, await signIns, await waysIn);

        Task<T?>? Known<T>(T? row)
            where T : class => isFirst && row is not null ? Task.FromResult<T?>(row) : null;

        static Task<T?> None<T>()
            where T : class => Task.FromResult<T?>(null);

        async Task<SignIns?> ListAsync() => await ListEndsAsync(id, cancellationToken);

        async Task<WaysIn?> FindWaysInAsync() => await ListWaysInAsync(id, cancellationToken);
    }

    private async Task<EmailChangeEntity?> FindEmailChangeAsync(string accountId, CancellationToken cancellationToken) =>
        await table.FindAsync(accountId, EmailChangeEntity.RowName, cancellationToken) is { } row ? new EmailChangeEntity(row) : null;

    private async Task<List<TableRow>> ListAsync(string filter, CancellationToken cancellationToken) =>
        (await table.ListAsync(filter, cancellationToken)).ConvertAll(row => new TableRow(row));
}

/// <summary>An account that nothing leads to yet.</summary>
/// <param name="Rows">All its rows.</param>
internal sealed record NewAccount(AccountEntity Account, IReadOnlyList<TableRow> Rows);

/// <summary>The sessions and devices of an account, including ended ones that are not yet removed.</summary>
/// <param name="Sessions">Oldest first.</param>
/// <param name="Turn">Null before the first sign-in.</param>
public sealed record SignIns(IReadOnlyList<SessionEntity> Sessions, IReadOnlyList<DeviceEntity> Devices, SignInTurnEntity? Turn)
{
    public static SignIns None { get; } = new([], [], null);
}
