using AccountFunctions.Storage.Jobs;
using Azure;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Changes;

/// <summary>
/// Rows of one partition as they were read, and the change that an operation decides on: rows, and the jobs that go with them. The store
/// sends the jobs first and then commits all rows together or none (entity-group transaction). A change to a row that was read carries its
/// ETag, so the commit succeeds only on the state that the decision was made on.
/// </summary>
public class Partition(string key)
{
    /// <summary>The most rows that one transaction takes.</summary>
    public const int MaxRows = 100;
    private const string CommitColumn = "Commit";
    private readonly List<TableTransactionAction> changes = [];
    private readonly List<Job> jobs = [];
    private string commit = NewStamp();
    private bool pretends;

    public string Key { get; } = key;

    public int Changes => changes.Count;

    /// <summary>What the decision wants to be sent before the commit.</summary>
    internal IReadOnlyList<Job> Jobs => jobs;

    public void Insert(TableRow row) => Add(TableTransactionActionType.Add, row);

    /// <summary>Replaces the row that was read, or inserts the one that was not there.</summary>
    public void Save(TableRow row) =>
        Add(row.ETag == default ? TableTransactionActionType.Add : TableTransactionActionType.UpdateReplace, row);

    /// <summary>Deletes the row as it was read. A row that was not read is deleted whatever its state, but it must be there.</summary>
    public void Delete(TableRow row) => Add(TableTransactionActionType.Delete, row);

    /// <summary>
    /// Sends a job before the commit: a row without its job would be work that nobody does. A job whose row never comes is dropped by its
    /// handler. Equal jobs of one call are sent once, however often the race is lost.
    /// </summary>
    public void Enqueue(Job job) => jobs.Add(job);

    /// <summary>
    /// Makes a commit without changes cost as much as one with changes, so that its time does not tell that there was nothing to change.
    /// </summary>
    public void PretendChange()
    {
        Delete(new TableRow(new TableEntity(Key, "none")));
        pretends = true;
    }

    /// <param name="constantCost">
    /// True uses a transaction even for a single change, which costs more. Always a transaction, so timing does not reveal which rows
    /// changed.
    /// </param>
    /// <returns>False if a row is no longer as it was read, or an inserted one is there already; nothing was changed then.</returns>
    internal async Task<bool> CommitAsync(TableClient table, CancellationToken cancellationToken, bool constantCost = false)
    {
        // Won or lost, the next decision starts with no changes; on rows that have changed meanwhile, it loses by their ETags.
        var committed = changes.Count == 0 || await TryCommitAsync(table, constantCost, cancellationToken);
        changes.Clear();
        jobs.Clear();
        (commit, pretends) = (NewStamp(), false);
        return committed;
    }

    private static string NewStamp() => Guid.CreateVersion7().ToString("N");

    private async Task<bool> TryCommitAsync(TableClient table, bool constantCost, CancellationToken cancellationToken)
    {
        try
        {
            using var scope = StorageMetricsPolicy.Naming(table.Name);
            var responses = changes is [var only] && !constantCost
                ? [await CommitAsync(table, only, cancellationToken)]
                : (await table.SubmitTransactionAsync(changes, cancellationToken)).Value;
            foreach (var (change, response) in changes.Zip(responses))
            {
                change.Entity.ETag = response.Headers.ETag ?? default;
            }

            return true;
        }
        catch (RequestFailedException e) when (e.Status is 404 or 409 or 412)
        {
            return pretends || await IsCommittedAsync(table, cancellationToken);
        }
    }

    private static async Task<Response> CommitAsync(TableClient table, TableTransactionAction change, CancellationToken cancellationToken)
    {
        var row = change.Entity;
        var response = change.ActionType switch
        {
            TableTransactionActionType.Add => await table.AddEntityAsync(row, cancellationToken),
            TableTransactionActionType.Delete =>
                await table.DeleteEntityAsync(row.PartitionKey, row.RowKey, change.ETag, cancellationToken),
            _ => await table.UpdateEntityAsync(row, change.ETag, TableUpdateMode.Replace, cancellationToken),
        };

        // The client does not throw when the row to delete is not there.
        return response.Status < 400 ? response : throw new RequestFailedException(response);
    }

    // When an answer is lost the SDK tries again, and the second try meets the rows that the first one wrote.
    private async Task<bool> IsCommittedAsync(TableClient table, CancellationToken cancellationToken)
    {
        var written = changes.Find(change => change.ActionType is not TableTransactionActionType.Delete)?.Entity;
        if (written is null)
        {
            return false;
        }

        var found = await table.FindAsync(written.PartitionKey, written.RowKey, cancellationToken);
        if (found?.GetString(CommitColumn) != commit)
        {
            return false;
        }

        written.ETag = found.ETag;
        return true;
    }

    // Azurite accepts what the real service refuses, so the rules of a transaction are checked here.
    private void Add(TableTransactionActionType type, TableRow row)
    {
        if (row.PartitionKey != Key || changes.Count == MaxRows || changes.Exists(change => change.Entity.RowKey == row.RowKey))
        {
            throw new InvalidOperationException($"A transaction takes at most {MaxRows} different rows of one partition.");
        }

        row.Columns[CommitColumn] = commit;
        changes.Add(new TableTransactionAction(type, row.Columns, row.ETag == default ? ETag.All : row.ETag));
    }
}
