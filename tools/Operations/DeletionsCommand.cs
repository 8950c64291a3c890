using AccountFunctions.Contract.Answers;
using AccountFunctions.Security;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;

namespace Operations;

/// <summary>
/// <c>dotnet run --project tools/Operations -- deletions …</c>: for operators who have restored a backup. It reads every account of the
/// configured storage, and compares their ids with the log of deleted accounts.
/// </summary>
public sealed class DeletionsCommand(AccountStore accounts, PurgeLog log, TimeProvider time, TextWriter output)
{
    public const string Usage = """
        deletions list             lists deleted accounts that a restored backup has brought back
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
        await accounts.ChangeAsync<Success>(
            new AccountRequest(id),
            partition =>
            {
                (partition.Account.DeletesAt, partition.Account.Disabled) = (now, true);
                partition.Save(partition.Account);
                partition.Enqueue(new AccountPurge(id, now));
                return Success.Done;
            },
            cancellationToken);
    }
}
