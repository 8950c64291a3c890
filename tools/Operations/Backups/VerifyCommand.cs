using Microsoft.Extensions.Configuration;

namespace Operations.Backups;

/// <summary><c>dotnet run --project tools/Operations -- verify …</c>: reads everything that a restore would read.</summary>
public sealed class VerifyCommand(IConfiguration configuration, BackupTargets targets, TextWriter output)
{
    public const string Usage = """
        verify TARGET                        reads every run, and says whether it is whole
        """;

    /// <returns>The exit code of the process: 1 if something is damaged.</returns>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        if (args is not [var from])
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        return await BackupException.GuardAsync(output, "", async () =>
        {
            var found = false;
            await foreach (var chain in BackupChain.LoadAsync(targets.Open(from), BackupKeys.Read(configuration), cancellationToken))
            {
                found = true;
                foreach (var run in chain.Runs)
                {
                    await output.WriteLineAsync($"{run.Manifest.Id}: {await CountAsync(run, cancellationToken):N0} lines, whole");
                }
            }

            return found ? 0 : throw new BackupException(BackupChain.None);
        });
    }

    private static async Task<long> CountAsync(RunReader run, CancellationToken cancellationToken)
    {
        var lines = 0L;
        foreach (var file in run.Manifest.Files)
        {
            await foreach (var line in run.ReadAsync(file, cancellationToken))
            {
                _ = file.Kind is FileKind.Rows ? KeyLines.OfRow(line) : KeyLines.Read(line).RowKey;
                lines++;
            }
        }

        return lines;
    }
}
