using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;

namespace Operations.Backups;

/// <summary>
/// <c>dotnet run --project tools/Operations -- backup …</c>: writes a run of a backup. It reads tables and changes nothing in them.
/// </summary>
public sealed class BackupCommand(
    TableServiceClient service, IConfiguration configuration, BackupTargets targets, TimeProvider time, TextWriter output)
{
    public const string Usage = """
        backup --to TARGET                   what has changed since the last run; everything if there is none
        backup --full --to TARGET            everything
            TARGET is a folder, or the URL of a blob container; Backup__Key or Backup__KeyFile is the key (docs/backup.md)
        """;

    // Clocks differ, and a scan sees a row as it was when it came by.
    private static readonly TimeSpan Overlap = TimeSpan.FromMinutes(5);

    // A deletion leaves no trace but a key that is gone, and reading all keys takes long.
    private static readonly TimeSpan BetweenKeys = TimeSpan.FromHours(1);
    private const int Parallel = 8;

    /// <returns>The exit code of the process.</returns>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        var words = args.Where(arg => arg is not ("--full" or "--incremental")).ToArray();
        if (words is not ["--to", var to] || (args.Contains("--full") && args.Contains("--incremental")))
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        return await BackupException.GuardAsync(output, "No backup was made: ", async () =>
        {
            await RunAsync(targets.Open(to), BackupKeys.Read(configuration), args.Contains("--full"), cancellationToken);
            return 0;
        });
    }

    private async Task RunAsync(IBackupTarget target, BackupKeys keys, bool isFull, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        var chain = isFull ? null : await BackupChain.LoadAsync(target, keys, cancellationToken).FirstOrDefaultAsync(cancellationToken);
        var id = RunName.Of(chain is null ? RunName.Full : RunName.Incremental, started);
        var runKey = RandomNumberGenerator.GetBytes(32);
        var run = new RunWriter(target, id, runKey);
        var manifest = new Manifest(Manifest.CurrentVersion, id, started, chain?.Newest.Manifest.Id, keys.Wrap(runKey, id), []);
        var tables = new BackupTables(service);
        var ranges = chain?.Ranges ?? await tables.RangesAsync(started, cancellationToken);
        var (rows, deleted) = (0L, 0L);
        using var progress = new Progress(TextWriter.Synchronized(output), "rows", () => rows);
        await ForEachAsync(ranges, async (range, stop) =>
        {
            var since = chain is null ? null : TableClient.CreateQueryFilter($"Timestamp ge {chain.Newest.Manifest.Started - Overlap}");
            await run.WriteAsync(range, FileKind.Rows, Count(Query(tables.Of(range), range.Where(since), null, stop)), stop);
        });

        // After the rows: one that was deleted in between is among the deletions, which come after the rows of a run.
        var readsKeys = chain is not null && started - chain.NewestWithKeys.Manifest.Started >= BetweenKeys;
        await ForEachAsync(readsKeys ? ranges : [], async (range, stop) =>
        {
            await run.WriteAsync(range, FileKind.Keys, Keys(tables.Of(range), range, stop), stop);
            var added = await chain!.ReadAddedKeysAsync(range, stop);
            added.UnionWith(await run.ReadBackAsync(range, FileKind.Rows, stop).Select(KeyLines.OfRow).ToListAsync(stop));
            var missing = KeyLines.MissingAsync(chain.ReadKeysAsync(range, stop), added, run.ReadBackAsync(range, FileKind.Keys, stop));
            Interlocked.Add(ref deleted, await run.WriteAsync(range, FileKind.Deleted, missing, stop));
        });
        await run.FinishAsync(manifest, cancellationToken);
        await output.WriteLineAsync($"{id}: {rows:N0} rows, {deleted:N0} deletions, in {progress.Elapsed.TotalSeconds:N0} s");

        async IAsyncEnumerable<string> Count(IAsyncEnumerable<TableEntity> found)
        {
            await foreach (var row in found)
            {
                Interlocked.Increment(ref rows);
                yield return RowLine.Write(row);
            }
        }

        Task ForEachAsync(IEnumerable<TableRange> all, Func<TableRange, CancellationToken, ValueTask> work) =>
            System.Threading.Tasks.Parallel.ForEachAsync(
                all, new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken }, work);
    }

    private static AsyncPageable<TableEntity> Query(
        TableClient table, string filter, IEnumerable<string>? select, CancellationToken cancellationToken) =>
        table.QueryAsync<TableEntity>(filter, select: select, cancellationToken: cancellationToken);

    private static async IAsyncEnumerable<string> Keys(
        TableClient table, TableRange range, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var row in Query(table, range.Where(), ["PartitionKey", "RowKey"], cancellationToken))
        {
            yield return KeyLines.Of(row);
        }
    }
}
