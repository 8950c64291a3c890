using System.Runtime.CompilerServices;

namespace Operations.Backups;

/// <summary>A full run and the increments that continue it, in their order.</summary>
internal sealed record BackupChain(IReadOnlyList<RunReader> Runs)
{
    public const string None = "There is no full backup.";

    public RunReader Newest => Runs[^1];

    /// <summary>The newest run that knows the keys of all rows.</summary>
    public RunReader NewestWithKeys => Runs.Last(run => run.Manifest.HasKeys);

    public IEnumerable<TableRange> RangesOf(string table) => Ranges.Where(range => range.Table == table);

    /// <summary>The one range that may hold a key.</summary>
    public TableRange RangeOf(string table, string key) => RangesOf(table).Single(range => range.MayHold(key));

    /// <summary>The ranges of all tables, which the full run has set.</summary>
    public IReadOnlyList<TableRange> Ranges => BackupTables.RangesOf(Runs[0].Manifest);

    /// <summary>The keys of a range when they were last read, in order.</summary>
    public IAsyncEnumerable<string> ReadKeysAsync(TableRange range, CancellationToken cancellationToken)
    {
        var run = NewestWithKeys;
        return run.Manifest.IsFull
            ? run.ReadAsync(run.FileOf(range, FileKind.Rows), cancellationToken).Select(KeyLines.OfRow)
            : run.ReadAsync(run.FileOf(range, FileKind.Keys), cancellationToken);
    }

    /// <summary>The keys of a range that increments have added since.</summary>
    public async Task<HashSet<string>> ReadAddedKeysAsync(TableRange range, CancellationToken cancellationToken)
    {
        var added = new HashSet<string>(StringComparer.Ordinal);
        foreach (var run in Runs.SkipWhile(run => run != NewestWithKeys).Skip(1))
        {
            await foreach (var line in run.ReadAsync(run.FileOf(range, FileKind.Rows), cancellationToken))
            {
                added.Add(KeyLines.OfRow(line));
            }
        }

        return added;
    }

    /// <summary>The chain as it was after one of its runs; null: it has no such run.</summary>
    public BackupChain? Until(string run) => Runs.Any(other => other.Manifest.Id == run)
        ? new BackupChain([.. Runs.TakeWhile(other => other.Manifest.Id != run), Runs.First(other => other.Manifest.Id == run)])
        : null;

    /// <summary>
    /// The chains of a target, newest first; each is opened when it is asked for. Increments whose full run has expired are none.
    /// </summary>
    /// <exception cref="BackupException">A run is damaged, or an increment is missing.</exception>
    public static async IAsyncEnumerable<BackupChain> LoadAsync(
        IBackupTarget target, BackupKeys keys, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var names = await target.ListRunsAsync(cancellationToken);
        for (var end = names.Count; end > 0;)
        {
            var begin = end - 1;
            while (begin >= 0 && !RunName.IsFull(names[begin]))
            {
                begin--;
            }

            if (begin >= 0)
            {
                yield return await OpenAsync(target, keys, names, begin, end, cancellationToken);
            }

            end = begin;
        }
    }

    private static async Task<BackupChain> OpenAsync(
        IBackupTarget target,
        BackupKeys keys,
        IReadOnlyList<string> names,
        int begin,
        int end,
        CancellationToken cancellationToken)
    {
        var runs = new List<RunReader> { await RunReader.OpenAsync(target, keys, names[begin], cancellationToken) };
        for (var at = begin + 1; at < end; at++)
        {
            var run = await RunReader.OpenAsync(target, keys, names[at], cancellationToken);
            var previous = run.Manifest.Previous ?? "";
            if (previous == runs[^1].Manifest.Id)
            {
                runs.Add(run);
            }
            else if (!names.Contains(previous) && RunName.IsAfter(previous, names[begin]))
            {
                throw new BackupException($"{names[at]} continues {previous}, which is missing");
            }

            // Any other began beside one of these runs, and the next one covers its time, too.
        }

        return new BackupChain(runs);
    }
}
