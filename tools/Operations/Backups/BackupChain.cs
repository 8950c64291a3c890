namespace Operations.Backups;

/// <summary>A full run and the increments that continue it, in their order.</summary>
internal sealed record BackupChain(IReadOnlyList<RunReader> Runs)
{
    public RunReader Newest => Runs[^1];

    /// <summary>The keys of a range when they were last read, in order.</summary>
    public IAsyncEnumerable<string> ReadKeysAsync(TableRange range, CancellationToken cancellationToken)
    {
        var run = Runs[LastWithKeys];
        return run.Manifest.IsFull
            ? run.ReadAsync(run.FileOf(range, FileKind.Rows), cancellationToken).Select(KeyLines.OfRow)
            : run.ReadAsync(run.FileOf(range, FileKind.Keys), cancellationToken);
    }

    /// <summary>The keys of a range that increments have added since.</summary>
    public async Task<HashSet<string>> ReadAddedKeysAsync(TableRange range, CancellationToken cancellationToken)
    {
        var added = new HashSet<string>(StringComparer.Ordinal);
        foreach (var run in Runs.Skip(LastWithKeys + 1))
        {
            await foreach (var line in run.ReadAsync(run.FileOf(range, FileKind.Rows), cancellationToken))
            {
                added.Add(KeyLines.OfRow(line));
            }
        }

        return added;
    }

    // A full run has read them with the rows.
    private int LastWithKeys
    {
        get
        {
            var at = Runs.Count - 1;
            while (!Runs[at].Manifest.IsFull && Runs[at].Manifest.KeysRead != Runs[at].Manifest.Started)
            {
                at--;
            }

            return at;
        }
    }

    /// <summary>The chains of a target, newest first.</summary>
    /// <param name="last">Leaves out later runs; null: none.</param>
    /// <exception cref="BackupException">There is no full run, or a run is damaged.</exception>
    public static async Task<IReadOnlyList<BackupChain>> LoadAsync(
        IBackupTarget target, BackupKeys keys, string? last, CancellationToken cancellationToken)
    {
        var (chains, current) = (new List<BackupChain>(), new List<RunReader>());
        foreach (var name in await target.ListRunsAsync(cancellationToken))
        {
            if (last is not null && string.CompareOrdinal(RunName.TimeOf(name), RunName.TimeOf(last)) > 0)
            {
                continue;
            }

            var run = await RunReader.OpenAsync(target, keys, name, cancellationToken);
            if (run.Manifest.IsFull)
            {
                current = [run];
                chains.Add(new BackupChain(current));
            }
            else if (current.Count > 0 && run.Manifest.Previous == current[^1].Manifest.Id)
            {
                current.Add(run);
            }
            else
            {
                // What it continues is gone, so it says nothing about the rest.
                throw new BackupException($"{name} continues {run.Manifest.Previous}, which is missing");
            }
        }

        chains.Reverse();
        return chains is [_, ..] ? chains : throw new BackupException("There is no full backup.");
    }
}
