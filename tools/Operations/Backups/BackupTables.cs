using System.Globalization;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;
using Azure.Data.Tables;

namespace Operations.Backups;

/// <summary>A range of a table that one file holds.</summary>
/// <param name="Filter">The rows that a restore can use; empty: all.</param>
internal sealed record TableRange(string Table, int Number, string From, string Before, string Filter)
{
    public bool MayHold(string partitionKey) =>
        string.CompareOrdinal(partitionKey, From) >= 0 && (Before is "" || string.CompareOrdinal(partitionKey, Before) < 0);

    public string Where(string? more = null) => string.Join(" and ", new[]
    {
        TableClient.CreateQueryFilter($"PartitionKey ge {From}"),
        Before is "" ? null : TableClient.CreateQueryFilter($"PartitionKey lt {Before}"),
        Filter is "" ? null : $"({Filter})",
        more,
    }.OfType<string>());
}

/// <summary>
/// What a backup holds: of accounts everything but what is open (sessions, codes, known clients), the claims of names, the directory, and
/// the log of deletions.
/// </summary>
internal sealed class BackupTables(TableServiceClient service)
{
    private const int Slices = 16;

    public TableClient Of(TableRange range) => service.GetTableClient(range.Table);

    /// <summary>The ranges of a full backup.</summary>
    public async Task<IReadOnlyList<TableRange>> RangesAsync(DateTimeOffset now, CancellationToken cancellationToken) =>
    [
        // The keys are hashes, so the ranges are of one size.
        .. Cut(
            TableNames.Addresses,
            [.. Enumerable.Range(1, Slices - 1).Select(digit => digit.ToString("x", CultureInfo.InvariantCulture))]),
        .. Cut(TableNames.Accounts, await TimesAsync(now, cancellationToken)),
        .. Cut(TableNames.Directory, []),
        .. Cut(TableNames.Deletions, []),
    ];

    /// <summary>The ranges of another run again, for one that continues it.</summary>
    public static IReadOnlyList<TableRange> RangesOf(Manifest run) =>
    [
        .. run.Files.Where(file => file.Kind is FileKind.Rows).GroupBy(file => file.Table).SelectMany(files => files
            .OrderBy(file => file.From, StringComparer.Ordinal)
            .Select((file, number) => new TableRange(file.Table, number, file.From, file.Before, FilterOf(file.Table)))),
    ];

    private static IEnumerable<TableRange> Cut(string table, IReadOnlyList<string> cuts) => cuts
        .Prepend("")
        .Select((from, number) => new TableRange(table, number, from, number < cuts.Count ? cuts[number] : "", FilterOf(table)));

    private static string FilterOf(string table) => table switch
    {
        TableNames.Addresses => TableClient.CreateQueryFilter($"RowKey eq {ClaimEntity.RowName}"),
        TableNames.Accounts => string.Join(" or ", new[]
        {
            TableClient.CreateQueryFilter($"RowKey eq {AccountEntity.RowName}"),
            TableClient.CreateQueryFilter($"RowKey eq {TotpEntity.RowName}"),
            BeginsWith(EventEntity.RowPrefix),
            BeginsWith(IdentityEntity.RowPrefix),
            BeginsWith(PasskeyEntity.RowPrefix),
        }),
        _ => "",
    };

    // The prefixes end with a hyphen, which a full stop follows.
    private static string BeginsWith(string prefix) =>
        TableClient.CreateQueryFilter($"(RowKey ge {prefix} and RowKey lt {prefix[..^1] + '.'})");

    // Ids begin with the time of the registration. The last range is open, and grows until the next full backup.
    private async Task<IReadOnlyList<string>> TimesAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var accounts = service.GetTableClient(TableNames.Accounts);
        await foreach (var first in accounts.QueryAsync<TableEntity>(
            maxPerPage: 1, select: ["PartitionKey"], cancellationToken: cancellationToken))
        {
            var (begin, end) = (Convert.ToInt64(first.PartitionKey[..12], 16), now.ToUnixTimeMilliseconds());
            return begin >= end ? []
                : [.. Enumerable.Range(1, Slices - 1).Select(
                    slice => (begin + ((end - begin) * slice / Slices)).ToString("x12", CultureInfo.InvariantCulture)).Distinct()];
        }

        return [];
    }
}
