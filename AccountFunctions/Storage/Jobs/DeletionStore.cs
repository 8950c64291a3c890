using System.Globalization;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Jobs;

/// <summary>
/// Table <c>Deletions</c>. Partition <c>pending</c> lists the accounts to delete, so that the app finds one whose job was lost. Partition
/// <c>purged</c> remembers deleted accounts by a keyed hash of their ids.
/// </summary>
public sealed class DeletionStore(TableServiceClient service)
{
    private const string Pending = "pending";
    private const string Purged = "purged";
    private const int KeyDigits = 19;
    private readonly TableClient table = service.GetTableClient(TableNames.Deletions);

    public Task AddPendingAsync(AccountPurge job, CancellationToken cancellationToken) =>
        table.UpsertEntityAsync(new TableEntity(Pending, KeyOf(job)), cancellationToken: cancellationToken);

    public Task RemovePendingAsync(AccountPurge job, CancellationToken cancellationToken) =>
        table.DeleteEntityAsync(Pending, KeyOf(job), cancellationToken: cancellationToken);

    /// <summary>At most 1,000 deletions that were due before <paramref name="when"/>.</summary>
    public async Task<IReadOnlyList<AccountPurge>> ListPendingAsync(DateTimeOffset when, CancellationToken cancellationToken)
    {
        var filter = TableClient.CreateQueryFilter($"PartitionKey eq {Pending} and RowKey lt {TicksOf(when)}");
        await foreach (var page in table.QueryAsync<TableEntity>(filter, cancellationToken: cancellationToken).AsPages())
        {
            return [.. page.Values.Select(row => Read(row.RowKey))];
        }

        return [];
    }

    /// <param name="hash">The keyed hash of the account's id, in hexadecimal.</param>
    public Task AddPurgedAsync(string hash, DateTimeOffset when, CancellationToken cancellationToken) =>
        table.UpsertEntityAsync(new TableEntity(Purged, hash) { ["Time"] = when }, cancellationToken: cancellationToken);

    /// <inheritdoc cref="IsPurgedAsync"/>
    public Task RemovePurgedAsync(string hash, CancellationToken cancellationToken) =>
        table.DeleteEntityAsync(Purged, hash, cancellationToken: cancellationToken);

    /// <param name="hash">The keyed hash of an account's id, in hexadecimal.</param>
    public async Task<bool> IsPurgedAsync(string hash, CancellationToken cancellationToken) =>
        (await table.GetEntityIfExistsAsync<TableEntity>(Purged, hash, ["RowKey"], cancellationToken)).HasValue;

    /// <summary>The keyed hashes of all deleted accounts.</summary>
    public IAsyncEnumerable<string> ListPurgedAsync(CancellationToken cancellationToken) => table
        .QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"PartitionKey eq {Purged}"), select: ["RowKey"], cancellationToken: cancellationToken)
        .Select(row => row.RowKey);

    private static string KeyOf(AccountPurge job) => $"{TicksOf(job.Due)}-{job.AccountId}";

    private static string TicksOf(DateTimeOffset when) => when.UtcTicks.ToString($"D{KeyDigits}", CultureInfo.InvariantCulture);

    private static AccountPurge Read(string key) => new(
        key[(KeyDigits + 1)..], new DateTimeOffset(long.Parse(key[..KeyDigits], CultureInfo.InvariantCulture), TimeSpan.Zero));
}
