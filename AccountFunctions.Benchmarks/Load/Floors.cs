using System.Security.Cryptography;
using AccountFunctions.Email;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using AccountFunctions.Telemetry;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Benchmarks.Load;

/// <summary>What an operation costs without the app: the same calls to storage, one after another, with the same clients, and the same hash.</summary>
public sealed class Floors(string storage)
{
    private static readonly PasswordOptions Defaults = new();
    // Apart as the app has them, since Azurite looks at every row of a table for each query.
    private readonly TableClient addresses = new TableServiceClient(storage).GetTableClient("FloorsAddresses");
    private readonly TableClient accounts = new TableServiceClient(storage).GetTableClient("FloorsAccounts");
    private readonly QueueClient queue = new(storage, "floors", new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
    private readonly PasswordHasher hasher = new(
        Options.Create(Defaults), new HashGate(Options.Create(Defaults), new AccountMetrics(new System.Diagnostics.Metrics.Meter("floors"))), [new SodiumArgon2(), new KonsciousArgon2()], Microsoft.Extensions.Logging.Abstractions.NullLogger<PasswordHasher>.Instance);

    public async Task PrepareAsync(int partitions)
    {
        await addresses.CreateIfNotExistsAsync();
        await accounts.CreateIfNotExistsAsync();
        await queue.CreateIfNotExistsAsync();
        for (var number = 0; number < partitions; number++)
        {
            await WriteAsync(accounts, $"p{number}", "a", "b", "c", "d");
        }
    }

    public Task HashAsync(int number) => hasher.HashAsync("blue tractor 77", salt: null, CancellationToken.None);

    public Task DetailsAsync(int number) => ReadAsync(number);

    public async Task LoginAsync(int number)
    {
        await QueryAsync(number);
        await ReadAsync(number);
        await HashAsync(number);
        await WriteAsync(accounts, $"p{number % 64}", NewKey(), NewKey());
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

    private Task<Azure.NullableResponse<TableEntity>> ReadAsync(int number) => accounts.GetEntityIfExistsAsync<TableEntity>($"p{number % 64}", "a");

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
