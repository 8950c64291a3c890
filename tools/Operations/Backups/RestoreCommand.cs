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

    /// <returns>The exit code of the process: 1 if something that was asked for stays away.</returns>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        if (RestoreArguments.Read(args) is not { } read)
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        return await BackupException.GuardAsync(output, "The backup cannot be used: ", () => RestoreAsync(read, cancellationToken));
    }

    private async Task<int> RestoreAsync(RestoreArguments arguments, CancellationToken cancellationToken)
    {
        // Newest first: those up to the one that has the account say what has happened since.
        var seen = new List<BackupChain>();
        var isPast = arguments.At is null;
        await foreach (var whole in BackupChain.LoadAsync(
            targets.Open(arguments.From), BackupKeys.Read(configuration), cancellationToken))
        {
            seen.Add(whole);
            var chain = isPast ? whole : whole.Until(arguments.At ?? "");
            if (chain is null)
            {
                continue;
            }

            isPast = true;
            if (arguments.All)
            {
                return await RestoreAllAsync(arguments, chain, seen, cancellationToken);
            }

            if (await FindAsync(arguments, new BackedUpState(chain), cancellationToken) is { } found)
            {
                Heed(found.Account, (await LatestAsync(seen, found.Account.Id, cancellationToken)).GetValueOrDefault(found.Account.Id));
                await DescribeAsync(found);
                return await AskAsync(arguments, "Restore it?")
                    ? await RestoreAsync(new[] { found }.ToAsyncEnumerable(), arguments, cancellationToken)
                    : 1;
            }
        }

        if (seen is [] || !isPast)
        {
            throw new BackupException(seen is [] ? BackupChain.None : $"There is no run {arguments.At}.");
        }

        await output.WriteLineAsync("No backup has this account.");
        return 1;
    }

    private static async Task<BackedUpAccount?> FindAsync(
        RestoreArguments arguments, BackedUpState state, CancellationToken cancellationToken) =>
        (arguments.Account ?? await state.FindOwnerAsync(KeyOf(arguments.Address), cancellationToken)) is { } id
            ? await state.FindAccountAsync(id, cancellationToken)
            : null;

    private async Task<int> RestoreAllAsync(
        RestoreArguments arguments, BackupChain chain, List<BackupChain> newest, CancellationToken cancellationToken)
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

            // First, and as the newest run knows them, so that those who were deleted stay away.
            var known = new BackedUpState(newest[0]);
            var log = newest[0].RangesOf(TableNames.Deletions).Single();
            await foreach (var row in known.RowsAsync(log, "purged", cancellationToken))
            {
                await deletions.UpsertEntityAsync(row, cancellationToken: cancellationToken);
            }
        }

        var latest = arguments.At is null ? [] : await LatestAsync(newest, null, cancellationToken);
        var accounts = chain.RangesOf(TableNames.Accounts).ToAsyncEnumerable()
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

    private async Task<int> RestoreAsync(
        IAsyncEnumerable<BackedUpAccount> accounts, RestoreArguments arguments, CancellationToken cancellationToken)
    {
        var (restored, kept, lines) = (0, 0, TextWriter.Synchronized(output));
        using var progress = new Progress(lines, "accounts", () => restored + kept);
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
                    lines.WriteLine($"{account.Account.Id}: {note}");
                }
            });
        var what = arguments.IsDry ? "can be restored" : "restored";
        await output.WriteLineAsync($"{restored:N0} {what}, {kept:N0} not, in {progress.Elapsed.TotalSeconds:N0} s");
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
        foreach (var chain in chains.AsEnumerable().Reverse())
        {
            var ranges = only is null ? chain.RangesOf(TableNames.Accounts) : [chain.RangeOf(TableNames.Accounts, only)];
            foreach (var (run, range) in chain.Runs.SelectMany(run => ranges.Select(range => (run, range))))
            {
                await foreach (var line in run.ReadAsync(run.FileOf(range, FileKind.Rows), cancellationToken))
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
}
