using AccountFunctions.Housekeeping;
using AccountFunctions.Security;
using AccountFunctions.Storage;

namespace Operations;

/// <summary>
/// <c>dotnet run --project tools/Operations -- deletions …</c>: what operators do after they restored a backup. It reads every account of
/// the storage that the settings name, and compares their ids with the log of deleted ones.
/// </summary>
public sealed class DeletionsCommand(AccountStore accounts, PurgeLog log, AccountPurger purger, TimeProvider time, TextWriter output)
{
    public const string Usage = """
        deletions list             lists the accounts that are deleted and that a backup has brought back
        deletions repeat           deletes them again
        """;

    /// <returns>The exit code of the process.</returns>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        if (args is not ["list" or "repeat"])
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        return await StorageErrors.GuardAsync(output, async () =>
        {
            var count = 0;
            await foreach (var id in log.FindPurgedAsync(accounts.ListIdsAsync(cancellationToken), cancellationToken))
            {
                if (args is ["repeat"])
                {
                    await RepeatAsync(id, cancellationToken);
                }

                await output.WriteLineAsync(id);
                count++;
            }

            await output.WriteLineAsync(args is ["repeat"] ? $"{count} will be deleted in a moment" : $"{count} in all");
            return 0;
        });
    }

    private async Task RepeatAsync(string id, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await accounts.ChangeAsync(
            id,
            null,
            partition =>
            {
                if (partition.Account is { } account)
                {
                    (account.DeletesAt, account.Disabled) = (now, true);
                    partition.Save(account);
                }

                return true;
            },
            cancellationToken);
        await purger.PlanAsync(new AccountPurge(id, now), cancellationToken);
    }
}
