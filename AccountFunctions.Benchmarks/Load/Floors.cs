using System.Security.Cryptography;
using AccountFunctions.Email;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using AccountFunctions.Telemetry;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Benchmarks.Load;

/// <summary>
/// What an operation costs without the app: the same calls to storage, one after another, with the same clients, and the same hash. They go to partitions
/// of their own in the app's tables, since Azurite looks at every row of a table for each query.
/// </summary>
public sealed class Floors(string storage)
{
    private const int Accounts = 64;
    private static readonly PasswordOptions Defaults = new();
    private readonly TableClient addresses = new TableServiceClient(storage).GetTableClient(AddressStore.TableName);
    private readonly TableClient accounts = new TableServiceClient(storage).GetTableClient(AccountStore.TableName);
    private readonly QueueClient queue = new(storage, "floors", new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
    private readonly PasswordHasher hasher = new(
        Options.Create(Defaults), new HashGate(Options.Create(Defaults), new AccountMetrics(new System.Diagnostics.Metrics.Meter("floors"))), [new SodiumArgon2(), new KonsciousArgon2()], Microsoft.Extensions.Logging.Abstractions.NullLogger<PasswordHasher>.Instance);

    /// <summary>Of a row to read, <c>a</c>.</summary>
    public static string Account(int number) => $"p{number % Accounts}";

    public async Task PrepareAsync()
    {
        await queue.CreateIfNotExistsAsync();
        for (var number = 0; number < Accounts; number++)
        {
            await WriteAsync(accounts, Account(number), "a", "b", "c", "d");
        }
    }

    public Task HashAsync(int number) => hasher.HashAsync("blue tractor 77", salt: null, CancellationToken.None);

    public Task DetailsAsync(int number) => ReadAsync(number);

    public async Task LoginAsync(int number)
    {
        await QueryAsync(number);
        await ReadAsync(number);
        await HashAsync(number);
        await WriteAsync(accounts, Account(number), NewKey(), NewKey());
    }

    public async Task RefreshAsync(int number)
    {
        await Task.WhenAll(ReadAsync(number), ReadAsync(number));
        await WriteAsync(accounts, $"r{number}", "a");
    }

    public async Task CodeAsync(int number)
    {
        await QueryAsync(number + 1_000_000);
        await EnqueueAsync();
        await WriteAsync(addresses, $"c{number}-{NewKey()}", "a", "b");
    }

    public async Task RegisterAsync(int number)
    {
        await QueryAsync(number + 1_000_000);
        await HashAsync(number);
        await EnqueueAsync();
        await WriteAsync(addresses, $"g{number}-{NewKey()}", "a", "b");
    }

    public async Task ActivateAsync(int number)
    {
        await QueryAsync(number);
        await WriteAsync(accounts, $"t{number}-{NewKey()}", "a", "b");
        await WriteAsync(addresses, $"u{number}-{NewKey()}", "a", "b");
    }

    public Task ForgetQueueAsync() => queue.ClearMessagesAsync();

    private static string NewKey() => RandomNumberGenerator.GetHexString(24);

    private Task<Azure.NullableResponse<TableEntity>> ReadAsync(int number) => accounts.GetEntityIfExistsAsync<TableEntity>(Account(number), "a");

    private async Task QueryAsync(int number)
    {
        await foreach (var _ in addresses.QueryAsync<TableEntity>($"PartitionKey eq 'q{number}'"))
        {
        }
    }

    private async Task EnqueueAsync() => await
        queue.SendMessageAsync(new BinaryData(System.Text.Json.JsonSerializer.SerializeToUtf8Bytes(new EmailJob(EmailKind.Code, NewKey(), NewKey(), default), AccountJson.Default.EmailJob)));

    private static async Task WriteAsync(TableClient table, string partition, params string[] rows)
    {
        var batch = new PartitionBatch(partition);
        foreach (var row in rows)
        {
            // About as much as an account or a session holds.
            batch.Insert(new TableRow(new TableEntity(partition, row) { ["A"] = NewKey() + NewKey(), ["B"] = NewKey(), ["C"] = 1, ["D"] = true, ["E"] = NewKey() }));
        }

        await batch.TryCommitAsync(table, CancellationToken.None);
    }
}
