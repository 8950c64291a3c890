using AccountFunctions.Telemetry;
using Azure;
using Azure.Data.Tables;

namespace AccountFunctions.Storage;

/// <summary>
/// Changes to rows of one partition that are committed together or not at all (entity-group transaction). Changes to rows that were read
/// carry their ETag, so the batch commits on exactly the state it was decided on.
/// </summary>
public sealed class PartitionBatch(string partitionKey)
{
    private const string CommitColumn = "Commit";
    public const int MaxRows = 100;

    private readonly List<TableTransactionAction> actions = [];
    private readonly string commit = Guid.CreateVersion7().ToString("N");

    public int Count => actions.Count;

    public bool IsEmpty => Count == 0;

    public void Insert(TableRow row) => Add(TableTransactionActionType.Add, row);

    /// <summary>Replaces the row that was read, or inserts the one that was not there.</summary>
    public void Save(TableRow row) => Add(row.ETag == default ? TableTransactionActionType.Add : TableTransactionActionType.UpdateReplace, row);

    /// <summary>Deletes the row as it was read; one that was not read is deleted whatever it is.</summary>
    public void Delete(TableRow row) => Add(TableTransactionActionType.Delete, row);

    /// <summary>False if any row is no longer as it was read (or, for an insert, is there already); nothing was changed then.</summary>
    /// <param name="alike">True makes a transaction even of a single change, which costs more: so that no change can be told from another by its time.</param>
    public async Task<bool> TryCommitAsync(TableClient table, CancellationToken cancellationToken, bool alike = false)
    {
        try
        {
            using var scope = StorageMetricsPolicy.Naming(table.Name);
            var responses = actions is [var only] && !alike
                ? [await CommitAsync(table, only, cancellationToken)]
                : (await table.SubmitTransactionAsync(actions, cancellationToken)).Value;
            foreach (var (action, response) in actions.Zip(responses))
            {
                action.Entity.ETag = response.Headers.ETag ?? default;
            }

            return true;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
        {
            return await IsCommittedAsync(table, cancellationToken);
        }
    }

    private static async Task<Response> CommitAsync(TableClient table, TableTransactionAction action, CancellationToken cancellationToken)
    {
        var response = action.ActionType switch
        {
            TableTransactionActionType.Add => await table.AddEntityAsync(action.Entity, cancellationToken),
            TableTransactionActionType.Delete => await table.DeleteEntityAsync(action.Entity.PartitionKey, action.Entity.RowKey, action.ETag, cancellationToken),
            _ => await table.UpdateEntityAsync(action.Entity, action.ETag, TableUpdateMode.Replace, cancellationToken),
        };

        // Of a row that is not there, the client does not throw.
        return response.Status < 400 ? response : throw new RequestFailedException(response);
    }

    // When an answer is lost the SDK tries again, and the second try meets the rows that the first one wrote.
    private async Task<bool> IsCommittedAsync(TableClient table, CancellationToken cancellationToken)
    {
        var written = actions.Find(action => action.ActionType is not TableTransactionActionType.Delete)?.Entity;
        if (written is null)
        {
            return false;
        }

        var found = await table.GetEntityIfExistsAsync<TableEntity>(written.PartitionKey, written.RowKey, cancellationToken: cancellationToken);
        if (!found.HasValue || found.Value?.GetString(CommitColumn) != commit)
        {
            return false;
        }

        written.ETag = found.Value.ETag;
        return true;
    }

    // Azurite takes what the real service refuses, so the rules of a transaction are kept here.
    private void Add(TableTransactionActionType type, TableRow row)
    {
        if (row.PartitionKey != partitionKey || actions.Count == MaxRows || actions.Exists(action => action.Entity.RowKey == row.RowKey))
        {
            throw new InvalidOperationException($"A batch takes at most {MaxRows} different rows of one partition.");
        }

        row.Columns[CommitColumn] = commit;
        actions.Add(new TableTransactionAction(type, row.Columns, row.ETag == default ? ETag.All : row.ETag));
    }
}
