using Azure.Data.Tables;

namespace AccountFunctions.Storage;

/// <summary>Table <c>Accounts</c>: a partition for each account.</summary>
public sealed class AccountStore(TableServiceClient service)
{
    public const string TableName = "Accounts";

    private readonly TableClient table = service.GetTableClient(TableName);

    public async Task<AccountEntity?> FindAsync(string id, CancellationToken cancellationToken)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(id, AccountEntity.RowName, cancellationToken: cancellationToken);
        return found.HasValue && found.Value is { } row ? new AccountEntity(row) : null;
    }

    public async Task<SessionEntity?> FindSessionAsync(string accountId, string sessionId, CancellationToken cancellationToken)
    {
        var found = await table.GetEntityIfExistsAsync<TableEntity>(accountId, SessionEntity.RowPrefix + sessionId, cancellationToken: cancellationToken);
        return found.HasValue && found.Value is { } row ? new SessionEntity(row) : null;
    }

    public async Task<IReadOnlyList<SessionEntity>> ListSessionsAsync(string accountId, CancellationToken cancellationToken)
    {
        // A range of row keys: '.' is the character after '-'.
        var rows = await ListAsync(TableClient.CreateQueryFilter($"PartitionKey eq {accountId} and RowKey ge {"session-"} and RowKey lt {"session."}"), cancellationToken);
        return rows.ConvertAll(row => new SessionEntity(row.Columns));
    }

    /// <summary>Removes the account with all its rows.</summary>
    public async Task DeleteAsync(string accountId, CancellationToken cancellationToken) =>
        await DeleteAsync(accountId, await ListAsync(TableClient.CreateQueryFilter($"PartitionKey eq {accountId}"), cancellationToken), cancellationToken);

    /// <summary>Removes the history before <paramref name="when"/>.</summary>
    public async Task DeleteEventsAsync(string accountId, DateTimeOffset when, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {accountId} and RowKey ge {EventEntity.FirstKeyBefore(when)} and RowKey lt {EventEntity.LastKey}");
        await DeleteAsync(accountId, await ListAsync(filter, cancellationToken), cancellationToken);
    }

    /// <summary>False if there is no such session.</summary>
    public Task<bool> TryEndSessionAsync(string accountId, string sessionId, AccountEvent why, DateTimeOffset when, CancellationToken cancellationToken)
    {
        var batch = new PartitionBatch(accountId);
        batch.Delete(new SessionEntity(accountId, sessionId));
        batch.Insert(new EventEntity(accountId, why, when, sessionId));
        return TryCommitAsync(batch, cancellationToken);
    }

    private async Task<List<TableRow>> ListAsync(string filter, CancellationToken cancellationToken)
    {
        var rows = new List<TableRow>();
        await foreach (var row in table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken))
        {
            rows.Add(new TableRow(row));
        }

        return rows;
    }

    /// <summary>Removes rows as they were read; if one has changed since, it stays, and some others with it.</summary>
    public async Task DeleteAsync(string accountId, IEnumerable<TableRow> rows, CancellationToken cancellationToken)
    {
        foreach (var chunk in rows.Chunk(PartitionBatch.MaxRows))
        {
            var batch = new PartitionBatch(accountId);
            Array.ForEach(chunk, row => batch.Delete(row));
            await TryCommitAsync(batch, cancellationToken);
        }
    }

    /// <summary>False if a row has changed since it was read or is there already.</summary>
    public Task<bool> TryCommitAsync(PartitionBatch batch, CancellationToken cancellationToken) => batch.TryCommitAsync(table, cancellationToken);
}
