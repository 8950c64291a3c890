using System.Runtime.CompilerServices;
using AccountFunctions.Lifecycle;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;
using Azure.Data.Tables;

namespace Operations.Backups;

/// <summary>What the runs of a chain say about the accounts of a range, one account after the other.</summary>
internal sealed class BackedUpState(BackupChain chain)
{
    /// <summary>The rows that the last run of the chain leaves of a table in a range.</summary>
    /// <param name="only">Leaves out all others; null: none.</param>
    public async IAsyncEnumerable<TableEntity> RowsAsync(
        TableRange range, string? only, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var rows in PartitionsAsync(range, only, null, cancellationToken))
        {
            foreach (var row in rows)
            {
                yield return row;
            }
        }
    }

    /// <summary>The newest state in which each account was there, and no purge had begun.</summary>
    /// <param name="only">Leaves out all others; null: none, and then what the last run knows to be deleted stays away.</param>
    public async IAsyncEnumerable<BackedUpAccount> AccountsAsync(
        TableRange range, string? only, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Of one account alone, an earlier state may be wanted, because the last one is that it is gone.
        var best = default(List<TableEntity>);
        await foreach (var rows in PartitionsAsync(
            range, only, only is null ? null : state => best = IsWhole(state) ? [.. state] : best, cancellationToken))
        {
            if (only is null && IsWhole(rows) && BackedUpAccount.Of(rows) is { } account)
            {
                yield return account;
            }
        }

        if (best is not null && BackedUpAccount.Of(best) is { } found)
        {
            yield return found;
        }
    }

    /// <inheritdoc cref="AccountsAsync"/>
    public async Task<BackedUpAccount?> FindAccountAsync(string id, CancellationToken cancellationToken) =>
        await AccountsAsync(RangeOf(TableNames.Accounts, id), id, cancellationToken).FirstOrDefaultAsync(cancellationToken);

    /// <summary>The account that had a name last; null: none.</summary>
    public async Task<string?> FindOwnerAsync(string addressKey, CancellationToken cancellationToken)
    {
        foreach (var run in chain.Runs.Reverse())
        {
            var file = run.FileOf(RangeOf(TableNames.Addresses, addressKey), FileKind.Rows);
            await foreach (var line in run.ReadAsync(file, cancellationToken))
            {
                if (RowLine.Read(line) is { } row && row.PartitionKey == addressKey)
                {
                    return new ClaimEntity(row).AccountId;
                }
            }
        }

        return null;
    }

    private static bool IsWhole(IReadOnlyCollection<TableEntity> rows) =>
        rows.FirstOrDefault(row => row.RowKey == AccountEntity.RowName) is { } account && account[nameof(AccountEntity.PurgeBegan)] is null;

    /// <param name="seen">Gets the rows of a partition after each run that changes them.</param>
    private async IAsyncEnumerable<IReadOnlyCollection<TableEntity>> PartitionsAsync(
        TableRange range,
        string? only,
        Action<IReadOnlyCollection<TableEntity>>? seen,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var changes = await ChangesAsync(range, only, cancellationToken);
        var full = chain.Runs[0];
        var partition = new Dictionary<string, TableEntity>(StringComparer.Ordinal);
        var key = default(string);
        await foreach (var line in full.ReadAsync(full.FileOf(range, FileKind.Rows), cancellationToken))
        {
            var row = RowLine.Read(line);
            if (only is not null && row.PartitionKey != only)
            {
                continue;
            }

            if (key is not null && row.PartitionKey != key)
            {
                yield return Apply(key);
                partition.Clear();
            }

            key = row.PartitionKey;
            partition[row.RowKey] = row;
        }

        if (key is not null)
        {
            yield return Apply(key);
        }

        // Those of since then.
        foreach (var other in changes.Keys.ToList())
        {
            partition.Clear();
            yield return Apply(other);
        }

        IReadOnlyCollection<TableEntity> Apply(string at)
        {
            seen?.Invoke(partition.Values);
            if (changes.Remove(at, out var runs))
            {
                foreach (var (rows, deleted) in runs.Values)
                {
                    rows.ForEach(row => partition[row.RowKey] = row);
                    deleted.ForEach(row => partition.Remove(row));
                    seen?.Invoke(partition.Values);
                }
            }

            return [.. partition.Values];
        }
    }

    /// <summary>What each increment says, by partition, in the order of the runs.</summary>
    private async Task<Dictionary<string, SortedDictionary<int, (List<TableEntity> Rows, List<string> Deleted)>>> ChangesAsync(
        TableRange range, string? only, CancellationToken cancellationToken)
    {
        var changes = new Dictionary<string, SortedDictionary<int, (List<TableEntity> Rows, List<string> Deleted)>>(StringComparer.Ordinal);
        foreach (var (run, number) in chain.Runs.Select((run, number) => (run, number)).Skip(1))
        {
            await foreach (var line in run.ReadAsync(run.FileOf(range, FileKind.Rows), cancellationToken))
            {
                var row = RowLine.Read(line);
                Of(row.PartitionKey)?.Rows.Add(row);
            }

            foreach (var file in run.Manifest.Files.Where(
                file => file.Kind is FileKind.Deleted && file.Table == range.Table && file.From == range.From))
            {
                await foreach (var line in run.ReadAsync(file, cancellationToken))
                {
                    var (partition, row) = KeyLines.Read(line);
                    Of(partition)?.Deleted.Add(row);
                }
            }

            (List<TableEntity> Rows, List<string> Deleted)? Of(string key)
            {
                if (only is not null && key != only)
                {
                    return null;
                }

                if (!changes.TryGetValue(key, out var runs))
                {
                    changes[key] = runs = [];
                }

                return runs.TryGetValue(number, out var known) ? known : runs[number] = ([], []);
            }
        }

        return changes;
    }

    /// <summary>The ranges of a table.</summary>
    public IEnumerable<TableRange> RangesOf(string table) =>
        BackupTables.RangesOf(chain.Runs[0].Manifest).Where(range => range.Table == table);

    /// <summary>The one range that may hold a key.</summary>
    public TableRange RangeOf(string table, string key)
    {
        var file = chain.Runs[0].Manifest.Files.Single(file => file.Kind is FileKind.Rows && file.Table == table && file.MayHold(key));
        return RangesOf(table).Single(range => range.From == file.From);
    }
}
