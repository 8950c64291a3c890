using AccountFunctions.Storage.Jobs;
using Azure;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Changes;

/// <summary>
/// Rows of one partition as read, and the change that an operation decides on: rows, and the jobs that go with them. The store sends the
/// jobs first and then commits all rows together or none (entity group transaction). A change to a row carries the ETag that was read, so
/// the commit succeeds only on the state that the decision was based on.
/// </summary>
public class Partition(string key)
{
    /// <summary>The maximum number of rows in one transaction.</summary>
    public const int MaxRows = 100;
    private const string CommitColumn = "Commit";
    private readonly List<TableTransactionAction> changes = [];
    private readonly List<Job> jobs = [];
    private string commit = NewStamp();
    private bool pretends;

    public string Key { get; } = key;

    public int Changes => changes.Count;

    /// <summary>The jobs to send before the commit.</summary>
    internal IReadOnlyList<Job> Jobs => jobs;

    public void Insert(TableRow row) => Add(TableTransactionActionType.Add, row);

    /// <summary>Replaces a row that was read, or inserts one that did not exist.</summary>
    public void Save(TableRow row) =>
        Add(row.ETag == default ? TableTransactionActionType.Add : TableTransactionActionType.UpdateReplace, row);

    /// <summary>
    /// Deletes a row if it is unchanged since it was read. A row that was not read is deleted in any state, but must exist.
    /// </summary>
    public void Delete(TableRow row) => Add(TableTransactionActionType.Delete, row);

    /// <summary>
    /// Sends a job before the commit, because a row without its job would be work that never gets done. The handler drops a job whose row
    /// never appears. Equal jobs of one call are sent once, even after lost races.
    /// </summary>
    public void Enqueue(Job job) => jobs.Add(job);

    /// <summary>
    /// Makes a commit without changes cost as much as one with changes, so that its duration does not reveal that nothing changed.
    /// </summary>
    public void PretendChange()
    {
        Delete(new TableRow(new TableEntity(Key, "none")));
        pretends = true;
    }

    /// <param name="constantCost">
    /// True: use a transaction even for a single change. That costs more, but timing does not reveal which rows changed.
    /// </param>
    /// <returns>False if a row has changed since it was read, or an inserted row already exists. Nothing is changed then.</returns>
    internal async Task<bool> CommitAsync(TableClient table, CancellationToken cancellationToken, bool constantCost = false)
    {
        // Whether or not this commit succeeds, the next decision starts without changes. On rows that have changed since, it loses by their
        // ETags.
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

        // The client does not throw if the row to delete does not exist.
        return response.Status < 400 ? response : throw new RequestFailedException(response);
    }

    // After a lost answer the SDK retries, and the retry finds the rows that the first try wrote.
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

    // Check the rules of transactions here, because Azurite accepts transactions that the real service refuses.
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
