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
        await AccountsAsync(chain.RangeOf(TableNames.Accounts, id), id, cancellationToken).FirstOrDefaultAsync(cancellationToken);

    /// <summary>The account that had a name last; null: none.</summary>
    public async Task<string?> FindOwnerAsync(string addressKey, CancellationToken cancellationToken)
    {
        var range = chain.RangeOf(TableNames.Addresses, addressKey);
        foreach (var run in chain.Runs.Reverse())
        {
            await foreach (var line in run.ReadAsync(run.FileOf(range, FileKind.Rows), cancellationToken))
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
                foreach (var change in runs)
                {
                    change.Rows.ForEach(row => partition[row.RowKey] = row);
                    change.Deleted.ForEach(row => partition.Remove(row));
                    seen?.Invoke(partition.Values);
                }
            }

            return [.. partition.Values];
        }
    }

    /// <summary>What the increments say, by partition, in the order of the runs.</summary>
    private async Task<Dictionary<string, List<Change>>> ChangesAsync(
        TableRange range, string? only, CancellationToken cancellationToken)
    {
        var changes = new Dictionary<string, List<Change>>(StringComparer.Ordinal);
        foreach (var run in chain.Runs.Skip(1))
        {
            await foreach (var line in run.ReadAsync(run.FileOf(range, FileKind.Rows), cancellationToken))
            {
                var row = RowLine.Read(line);
                ChangeOf(row.PartitionKey, run)?.Rows.Add(row);
            }

            if (!run.Manifest.HasKeys)
            {
                continue;
            }

            await foreach (var line in run.ReadAsync(run.FileOf(range, FileKind.Deleted), cancellationToken))
            {
                var (partition, row) = KeyLines.Read(line);
                ChangeOf(partition, run)?.Deleted.Add(row);
            }
        }

        return changes;

        Change? ChangeOf(string partition, RunReader run)
        {
            if (only is not null && partition != only)
            {
                return null;
            }

            if (!changes.TryGetValue(partition, out var known))
            {
                changes[partition] = known = [];
            }

            if (known is not [.., { } last] || last.Run != run)
            {
                known.Add(last = new Change(run, [], []));
            }

            return last;
        }
    }

    /// <summary>What a run says of a partition.</summary>
    private sealed record Change(RunReader Run, List<TableEntity> Rows, List<string> Deleted);
}
