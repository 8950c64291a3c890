using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;
using Azure;
using Azure.Data.Tables;

namespace Operations.Backups;

/// <summary>Compares accounts with the claims of their addresses. It reads both tables once.</summary>
internal sealed class ClaimsCheck(TableServiceClient service, TextWriter output)
{
    /// <returns>1 if something does not match.</returns>
    public async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var owners = new Dictionary<string, string>(StringComparer.Ordinal);
        await foreach (var row in RowsAsync(TableNames.Addresses, ClaimEntity.RowName, nameof(ClaimEntity.AccountId), cancellationToken))
        {
            owners[row.PartitionKey] = new ClaimEntity(row).AccountId;
        }

        var (without, ids) = (0, new HashSet<string>(StringComparer.Ordinal));
        await foreach (var row in RowsAsync(TableNames.Accounts, AccountEntity.RowName, nameof(AccountEntity.Username), cancellationToken))
        {
            ids.Add(row.PartitionKey);
            if (owners.GetValueOrDefault(new AccountEntity(row).AddressKey) != row.PartitionKey)
            {
                without++;
                await output.WriteLineAsync($"{row.PartitionKey} does not have its address");
            }
        }

        var dangling = owners.Count(owner => !ids.Contains(owner.Value));
        await output.WriteLineAsync(
            $"{ids.Count:N0} accounts, {without:N0} without their address; {dangling:N0} names of accounts that are not there");
        return without + dangling > 0 ? 1 : 0;
    }

    private AsyncPageable<TableEntity> RowsAsync(string table, string rowKey, string column, CancellationToken cancellationToken) =>
        service.GetTableClient(table).QueryAsync<TableEntity>(
            TableClient.CreateQueryFilter($"RowKey eq {rowKey}"),
            select: ["PartitionKey", "RowKey", column],
            cancellationToken: cancellationToken);
}
