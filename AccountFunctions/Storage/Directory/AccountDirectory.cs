using System.Globalization;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Directory;

/// <summary>
/// Table <c>Directory</c>: a row for each account, in the order in which the newest registration comes first. A row may be there before its
/// account, or without one for good after an interrupted activation, so readers skip those that lead nowhere.
/// </summary>
public sealed class AccountDirectory(TableServiceClient service)
{
    private const string RowName = "account";

    // Behind every account, because their keys are hexadecimal.
    internal const string End = "g";

    private readonly TableClient table = service.GetTableClient(TableNames.Directory);

    /// <summary>Adds an account before it becomes reachable, or does nothing if it is listed.</summary>
    public Task AddAsync(string accountId, CancellationToken cancellationToken) =>
        table.UpsertEntityAsync(new TableEntity(KeyOf(accountId), RowName), TableUpdateMode.Replace, cancellationToken);

    /// <summary>Removes an account if it is listed.</summary>
    public Task RemoveAsync(string accountId, CancellationToken cancellationToken) =>
        table.DeleteEntityAsync(KeyOf(accountId), RowName, cancellationToken: cancellationToken);

    /// <summary>The ids of accounts, newest registration first. Reads a range of keys, page by page.</summary>
    /// <param name="after">Begins behind this account; null: with the newest.</param>
    /// <param name="registeredBefore">Leaves out those that registered at this time or later; null: none.</param>
    public IAsyncEnumerable<string> ListAsync(
        string? after, DateTimeOffset? registeredBefore, int? pageSize, CancellationToken cancellationToken)
    {
        var keys = new[] { after is null ? "" : KeyOf(after), registeredBefore is { } time ? KeyBefore(time) : "" };
        return ListAsync(
            TableClient.CreateQueryFilter($"PartitionKey gt {keys.Max(StringComparer.Ordinal)} and PartitionKey lt {End}"),
            pageSize,
            cancellationToken);
    }

    /// <summary>The ids behind one and up to another, for operators who compare them with the accounts.</summary>
    /// <param name="after">Null: from the oldest on.</param>
    /// <param name="last">Null: to the newest.</param>
    public IAsyncEnumerable<string> ListBetweenAsync(string? after, string? last, CancellationToken cancellationToken)
    {
        var (first, end) = (last is null ? "" : KeyOf(last), after is null ? End : KeyOf(after));
        return ListAsync(
            TableClient.CreateQueryFilter($"PartitionKey ge {first} and PartitionKey lt {end}"), pageSize: null, cancellationToken);
    }

    private IAsyncEnumerable<string> ListAsync(string filter, int? pageSize, CancellationToken cancellationToken) =>
        table.QueryAsync<TableEntity>(filter, pageSize, ["PartitionKey"], cancellationToken).Select(row => KeyOf(row.PartitionKey));

    // Ids are UUIDv7, which sort by time, so their complements sort by it backwards. The complement of the complement is the id.
    private static string KeyOf(string id) =>
        Convert.ToHexStringLower(Array.ConvertAll(Convert.FromHexString(id), part => (byte)~part));

    // Of the lowest id of that millisecond. All ids before it sort behind.
    private static string KeyBefore(DateTimeOffset time) => KeyOf(
        Math.Max(0, time.ToUnixTimeMilliseconds()).ToString("x12", CultureInfo.InvariantCulture).PadRight(32, '0'));
}
