using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Directory;

namespace Operations;

/// <summary>
/// <c>dotnet run --project tools/Operations -- directory …</c>: compares the directory with the accounts of the configured storage. It
/// reads both tables once, side by side, in the order of the ids.
/// </summary>
public sealed class DirectoryCommand(AccountStore accounts, AccountDirectory directory, TimeProvider time, TextWriter output)
{
    public const string Usage = """
        directory check            lists accounts without a row in the directory, and rows without an account
        directory check --mend     adds and removes these rows
        """;

    private const int BatchSize = 1000;

    // A row may be there before its account.
    private static readonly TimeSpan Settled = TimeSpan.FromHours(1);

    /// <returns>The exit code of the process: 1 if it has found something and mended nothing.</returns>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        if (args is not (["check"] or ["check", "--mend"]))
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        return await StorageErrors.GuardAsync(output, async () =>
        {
            var (mends, found, total, last) = (args.Length > 1, 0, 0, default(string));
            await foreach (var ids in accounts.ListIdsAsync(cancellationToken).Chunk(BatchSize))
            {
                total += ids.Length;
                found += await CompareAsync(ids, last, ids[^1], mends, cancellationToken);
                last = ids[^1];
            }

            found += await CompareAsync([], last, null, mends, cancellationToken);
            await output.WriteLineAsync($"{total} accounts, {found} rows {(mends ? "mended" : "to mend")}");
            return found > 0 && !mends ? 1 : 0;
        });
    }

    /// <summary>Compares the accounts and the rows behind one id and up to another.</summary>
    private async Task<int> CompareAsync(
        IReadOnlyCollection<string> ids, string? after, string? last, bool mends, CancellationToken cancellationToken)
    {
        var listed = await directory.ListBetweenAsync(after, last, cancellationToken).ToHashSetAsync(cancellationToken: cancellationToken);
        var missing = ids.Where(id => !listed.Contains(id)).ToList();
        var dangling = new List<string>();
        foreach (var id in listed.Except(ids))
        {
            // An account of since the scan has its row already.
            if (TimeOf(id) < time.GetUtcNow() - Settled && await accounts.FindAsync(id, cancellationToken) is null)
            {
                dangling.Add(id);
            }
        }

        foreach (var id in missing)
        {
            await output.WriteLineAsync($"{id} is not listed");
            await (mends ? directory.AddAsync(id, cancellationToken) : Task.CompletedTask);
        }

        foreach (var id in dangling)
        {
            await output.WriteLineAsync($"{id} has no account");
            await (mends ? directory.RemoveAsync(id, cancellationToken) : Task.CompletedTask);
        }

        return missing.Count + dangling.Count;
    }

    // A UUIDv7 begins with the milliseconds since 1970.
    private static DateTimeOffset TimeOf(string id) => DateTimeOffset.FromUnixTimeMilliseconds(Convert.ToInt64(id[..12], 16));
}
