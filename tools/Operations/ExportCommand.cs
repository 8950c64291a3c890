using System.Text.Json;
using AccountFunctions.Accounts.Import;
using AccountFunctions.Storage.Accounts;

namespace Operations;

/// <summary>
/// <c>dotnet run --project tools/Operations -- export</c>: writes every account as a line that <see cref="ImportCommand"/> reads.
/// </summary>
public sealed class ExportCommand(AccountStore accounts, ExportAccounts export, TextWriter output)
{
    public const string Usage = """
        export                        writes every account, with hashes and secrets, one JSON object a line
        """;

    private const int BatchSize = 48;

    /// <returns>The exit code of the process.</returns>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        if (args.Length > 0)
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        return await StorageErrors.GuardAsync(output, async () =>
        {
            await foreach (var ids in accounts.ListIdsAsync(cancellationToken).Chunk(BatchSize))
            {
                foreach (var record in await Task.WhenAll(ids.Select(id => export.FindAsync(id, cancellationToken))))
                {
                    if (record is not null)
                    {
                        await output.WriteLineAsync(JsonSerializer.Serialize(record, AccountRecordJson.Default.AccountRecord));
                    }
                }
            }

            return 0;
        });
    }
}
