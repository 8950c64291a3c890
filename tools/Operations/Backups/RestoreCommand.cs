using System.Diagnostics;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Lifecycle;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using Azure.Data.Tables;
using Microsoft.Extensions.Configuration;

namespace Operations.Backups;

/// <summary>
/// <c>dotnet run --project tools/Operations -- restore …</c>: brings accounts back from a backup. It can be stopped and started again.
/// </summary>
public sealed class RestoreCommand(
    AccountRestorer restorer,
    TableServiceClient service,
    IConfiguration configuration,
    BackupTargets targets,
    TextReader input,
    TextWriter output)
{
    public const string Usage = """
        restore --from TARGET --account ID   brings one account back, as the newest backup that has it holds it
        restore --from TARGET --address A    the same by its address
        restore --from TARGET --all          brings all accounts back into empty tables
            --at RUN                         as of this run of the backup
            --deleted                        even if the account was deleted on purpose
            --silent                         mails nothing to the owners
            --dry-run                        changes nothing, and says what a restore would do
            --yes                            does not ask
        """;

    // A row of a table that no other code reads under this key.
    private const string Marker = "restore";
    private const int Parallel = 48;
    private static readonly TimeSpan Progress = TimeSpan.FromSeconds(5);

    /// <returns>The exit code of the process: 1 if something that was asked for stays away.</returns>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        if (RestoreArguments.Read(args) is not { } read)
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        return await StorageErrors.GuardAsync(output, async () =>
        {
            try
            {
                var (target, keys) = (targets.Open(read.From), BackupKeys.Read(configuration));
                var chains = await BackupChain.LoadAsync(target, keys, read.At, cancellationToken);
                if (read.At is { } at && chains[0].Newest.Manifest.Id != at)
                {
                    throw new BackupException($"There is no run {at}.");
                }

                var later = read.At is null ? [] : await BackupChain.LoadAsync(target, keys, null, cancellationToken);
                return read.All
                    ? await RestoreAllAsync(read, chains[0], later, cancellationToken)
                    : await RestoreOneAsync(read, chains, later is [] ? chains : later, cancellationToken);
            }
            catch (Exception e) when (e is BackupException or IOException or UnauthorizedAccessException)
            {
                await output.WriteLineAsync($"The backup cannot be used: {e.Message}");
                return 1;
            }
        });
    }

    private async Task<int> RestoreOneAsync(
        RestoreArguments arguments,
        IReadOnlyList<BackupChain> chains,
        IReadOnlyList<BackupChain> everything,
        CancellationToken cancellationToken)
    {
        foreach (var chain in chains)
        {
            var state = new BackedUpState(chain);
            if ((arguments.Account ?? await state.FindOwnerAsync(KeyOf(arguments.Address), cancellationToken)) is not { } id
                || await state.FindAccountAsync(id, cancellationToken) is not { } found)
            {
                continue;
            }

            foreach (var newest in await LatestAsync(everything, id, cancellationToken))
            {
                Heed(found.Account, newest.Value);
            }

            await DescribeAsync(found);
            return await AskAsync(arguments, "Restore it?") ? await RestoreAsync([found], arguments, cancellationToken) : 1;
        }

        await output.WriteLineAsync("No backup has this account.");
        return 1;
    }

    private async Task<int> RestoreAllAsync(
        RestoreArguments arguments, BackupChain chain, IReadOnlyList<BackupChain> later, CancellationToken cancellationToken)
    {
        var deletions = service.GetTableClient(TableNames.Deletions);
        var marker = new TableEntity(Marker, chain.Newest.Manifest.Id);
        var begun = await deletions.GetEntityIfExistsAsync<TableEntity>(
            marker.PartitionKey, marker.RowKey, cancellationToken: cancellationToken);
        if (!begun.HasValue
            && await service.GetTableClient(TableNames.Accounts).QueryAsync<TableEntity>(
                maxPerPage: 1, cancellationToken: cancellationToken).AnyAsync(cancellationToken))
        {
            await output.WriteLineAsync("There are accounts already: --all restores into empty tables only.");
            return 1;
        }

        if (!await AskAsync(arguments, $"Restore all accounts of {chain.Newest.Manifest.Id}?"))
        {
            return 1;
        }

        var state = new BackedUpState(chain);
        if (!arguments.IsDry)
        {
            await deletions.UpsertEntityAsync(marker, cancellationToken: cancellationToken);

            // First, so that those who were deleted stay away.
            await foreach (var row in state.RowsAsync(state.RangesOf(TableNames.Deletions).Single(), "purged", cancellationToken))
            {
                await deletions.UpsertEntityAsync(row, cancellationToken: cancellationToken);
            }
        }

        var latest = await LatestAsync(later, null, cancellationToken);
        var accounts = state.RangesOf(TableNames.Accounts).ToAsyncEnumerable()
            .SelectMany(range => state.AccountsAsync(range, null, cancellationToken))
            .Select(found =>
            {
                Heed(found.Account, latest.GetValueOrDefault(found.Account.Id));
                return found;
            });
        var exitCode = await RestoreAsync(accounts, arguments, cancellationToken);
        if (!arguments.IsDry)
        {
            exitCode |= await new ClaimsCheck(service, output).RunAsync(cancellationToken);
            await deletions.DeleteEntityAsync(marker.PartitionKey, marker.RowKey, cancellationToken: cancellationToken);
        }

        return exitCode;
    }

    private Task<int> RestoreAsync(
        IReadOnlyList<BackedUpAccount> accounts, RestoreArguments arguments, CancellationToken cancellationToken) =>
        RestoreAsync(accounts.ToAsyncEnumerable(), arguments, cancellationToken);

    private async Task<int> RestoreAsync(
        IAsyncEnumerable<BackedUpAccount> accounts, RestoreArguments arguments, CancellationToken cancellationToken)
    {
        var (restored, kept, clock) = (0, 0, Stopwatch.StartNew());
        using var progress = new Timer(
            _ => Write($"… {restored + kept:N0} accounts, {(restored + kept) / clock.Elapsed.TotalSeconds:N0} a second"),
            null,
            Progress,
            Progress);
        var options = new RestoreOptions(arguments.Deleted, arguments.Silent, arguments.IsDry);
        await System.Threading.Tasks.Parallel.ForEachAsync(
            accounts,
            new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellationToken },
            async (account, stop) =>
            {
                var result = await restorer.HandleAsync(account, options, stop);
                Interlocked.Increment(ref result.IsRestored ? ref restored : ref kept);
                foreach (var note in result.Notes)
                {
                    Write($"{account.Account.Id}: {note}");
                }
            });
        Write($"{restored:N0} {(arguments.IsDry ? "can be restored" : "restored")}, {kept:N0} not, in {clock.Elapsed.TotalSeconds:N0} s");
        return kept > 0 ? 1 : 0;
    }

    // Of two states, the safer: nobody gets back a password that was changed, rights that were taken, or a way past a lock.
    private static void Heed(AccountEntity account, TableEntity? newest)
    {
        if (newest is null)
        {
            return;
        }

        var known = new AccountEntity(newest);
        account.Credential = known.PasswordChanged > account.PasswordChanged ? null : account.Credential;
        account.Role = known.Role == AccountEntity.ClientRole ? known.Role : account.Role;

        // A purge disables what it deletes.
        account.Disabled |= known.Disabled && known.PurgeBegan is null;
    }

    /// <summary>The newest row of each account.</summary>
    private static async Task<Dictionary<string, TableEntity>> LatestAsync(
        IReadOnlyList<BackupChain> chains, string? only, CancellationToken cancellationToken)
    {
        var latest = new Dictionary<string, TableEntity>(StringComparer.Ordinal);
        foreach (var run in chains.Reverse().SelectMany(chain => chain.Runs))
        {
            foreach (var file in run.Manifest.Files.Where(
                file => file.Kind is FileKind.Rows && file.Table == TableNames.Accounts && (only is null || file.MayHold(only))))
            {
                await foreach (var line in run.ReadAsync(file, cancellationToken))
                {
                    var row = RowLine.Read(line);
                    if (row.RowKey == AccountEntity.RowName && (only is null || row.PartitionKey == only))
                    {
                        latest[row.PartitionKey] = row;
                    }
                }
            }
        }

        return latest;
    }

    private static string KeyOf(string? address) => EmailAddress.TryParse(address, out var parsed)
        ? parsed.Key
        : throw new BackupException($"{address} is no address.");

    private Task DescribeAsync(BackedUpAccount found) => output.WriteLineAsync(
        $"{found.Account.Id}, {found.Account.Username}: role {found.Account.Role}, "
            + $"{(found.Account.Credential is null ? "no password, so the owner sets one with a mailed code" : "with its password")}, "
            + $"{found.Factors.Count} factors and passkeys, {found.Identities.Count} identities, {found.History.Count} events"
            + (found.Account.Disabled ? ", disabled" : ""));

    private async Task<bool> AskAsync(RestoreArguments arguments, string question)
    {
        if (arguments.Yes || arguments.IsDry)
        {
            return true;
        }

        await output.WriteAsync($"{question} [y/N] ");
        return (await input.ReadLineAsync())?.Trim() is "y" or "yes";
    }

    private void Write(string line)
    {
        lock (input)
        {
            output.WriteLine(line);
        }
    }
}
