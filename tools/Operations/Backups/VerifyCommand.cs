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

        return await StorageErrors.GuardAsync(output, async () =>
        {
            try
            {
                var keys = BackupKeys.Read(configuration);
                foreach (var chain in await BackupChain.LoadAsync(targets.Open(from), keys, null, cancellationToken))
                {
                    foreach (var run in chain.Runs)
                    {
                        await output.WriteLineAsync($"{run.Manifest.Id}: {await CountAsync(run, cancellationToken):N0} lines, whole");
                    }
                }

                return 0;
            }
            catch (Exception e) when (e is BackupException or IOException or UnauthorizedAccessException)
            {
                await output.WriteLineAsync(e.Message);
                return 1;
            }
        });
    }

    private static async Task<long> CountAsync(RunReader run, CancellationToken cancellationToken)
    {
        var lines = 0L;
        foreach (var file in run.Manifest.Files)
        {
            await run.CheckHashAsync(file, cancellationToken);
            await foreach (var line in run.ReadAsync(file, cancellationToken))
            {
                _ = file.Kind is FileKind.Rows ? KeyLines.OfRow(line) : KeyLines.Read(line).RowKey;
                lines++;
            }
        }

        return lines;
    }
}
