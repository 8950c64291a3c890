using System.Text.Json;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Security.Passwords.Argon2;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Changes;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Telemetry;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Benchmarks.Load;

/// <summary>
/// The cost of an operation without the app: the same storage calls with the same clients, one after another, and the same hash. The rows
/// are in separate partitions of the app's tables, because Azurite reads every row of a table for each query.
/// </summary>
/// <param name="people">How many people have an account.</param>
public sealed class Floors(string storage, int people)
{
    private static readonly IOptions<PasswordOptions> Defaults = Options.Create(new PasswordOptions());
    private readonly TableClient addresses = new TableServiceClient(storage).GetTableClient(TableNames.Addresses);
    private readonly TableClient accounts = new TableServiceClient(storage).GetTableClient(TableNames.Accounts);
    private readonly QueueClient queue = new(storage, "floors", new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
    private readonly PasswordHasher hasher = new(
        Defaults,
        new HashGate(Defaults, new AccountMetrics(new System.Diagnostics.Metrics.Meter("floors"))),
        [new VectorArgon2(TimeProvider.System), new SodiumArgon2(), new KonsciousArgon2()],
        NullLogger<PasswordHasher>.Instance);

    /// <param name="activations">Registrations waiting for their codes.</param>
    public async Task PrepareAsync(int activations)
    {
        await queue.CreateIfNotExistsAsync();
        for (var number = 0; number < people; number++)
        {
            var (account, address) = (AccountId(number), AddressOf(number));
            await WriteAsync(
                accounts,
                FloorRows.Account(account),
                FloorRows.Session(account, FloorRows.SessionId),
                FloorRows.Device(account),
                FloorRows.Activated(account),
                FloorRows.SignedIn(account));
            await WriteAsync(addresses, FloorRows.Claim(address, account), FloorRows.Guard(address), FloorRows.Mail(address));
        }

        for (var number = 0; number < activations; number++)
        {
            var address = WaitingAt(number);
            await WriteAsync(addresses, FloorRows.Pending(address), FloorRows.Guard(address), FloorRows.Mail(address));
        }
    }

    /// <summary>The partition of an account.</summary>
    public string AccountId(int number) => $"p{number % people}";

    public Task HashAsync(int number) => hasher.HashAsync("blue tractor 77", salt: null, CancellationToken.None);

    public Task DetailsAsync(int number) => ReadAsync(number, AccountEntity.RowName);

    public async Task LoginAsync(int number)
    {
        await QueryAsync(AddressOf(number));
        await ReadAsync(number, AccountEntity.RowName);
        await ReadAsync(number, DeviceEntity.RowPrefix + FloorRows.DeviceHash);
        var account = AccountId(number);
        var listing = QueryAsync(
            accounts,
            $"PartitionKey eq {account} and RowKey ge {SessionEntity.RowPrefix} and RowKey lt {DeviceEntity.LastKey}",
            AccountStore.EndColumns);
        await HashAsync(number);
        await listing;
        await accounts.SubmitTransactionAsync(
        [
            new TableTransactionAction(TableTransactionActionType.Add, FloorRows.Session(account, FloorRows.NewKey()).Columns),
            new TableTransactionAction(TableTransactionActionType.Add, FloorRows.SignedIn(account).Columns),
            new TableTransactionAction(TableTransactionActionType.UpdateReplace, FloorRows.Device(account).Columns, ETag.All),
        ]);
    }

    public async Task RefreshAsync(int number)
    {
        var reading = ReadAsync(number, AccountEntity.RowName);
        var session = await ReadAsync(number, SessionEntity.RowPrefix + FloorRows.SessionId);
        await reading;
        await WriteAsync(accounts, new SessionEntity(session) { LastUsed = FloorRows.Now });
    }

    public async Task CodeAsync(int number)
    {
        var address = $"c{number}";
        await QueryAsync(address);
        await EnqueueAsync();
        await WriteAsync(addresses, FloorRows.ResetCode(address), FloorRows.Guard(address));
    }

    public async Task RegisterAsync(int number)
    {
        var address = $"r{number}";
        await QueryAsync(address);
        await HashAsync(number);
        await EnqueueAsync();
        await WriteAsync(addresses, FloorRows.Pending(address), FloorRows.Guard(address));
    }

    /// <param name="number">The number of the prepared activation.</param>
    public async Task ActivateAsync(int number)
    {
        var (address, account) = (WaitingAt(number), $"w{number}");
        await QueryAsync(address);
        await WriteAsync(accounts, FloorRows.Account(account), FloorRows.Activated(account));
        await addresses.SubmitTransactionAsync(
        [
            new TableTransactionAction(TableTransactionActionType.Add, FloorRows.Claim(address, account).Columns),
            new TableTransactionAction(TableTransactionActionType.Delete, FloorRows.Pending(address).Columns, ETag.All),
        ]);
    }

    /// <summary>Azurite slows down with the length of its queues.</summary>
    public Task ForgetQueueAsync() => queue.ClearMessagesAsync();

    private static string WaitingAt(int number) => $"w{number}";

    private static async Task WriteAsync(TableClient table, params TableRow[] rows)
    {
        if (rows is [var only])
        {
            // In any state, because a slow caller may reach the same row as one that is a round ahead.
            await table.UpdateEntityAsync(only.Columns, ETag.All, TableUpdateMode.Replace);
            return;
        }

        await table.SubmitTransactionAsync(rows.Select(row => new TableTransactionAction(TableTransactionActionType.Add, row.Columns)));
    }

    private string AddressOf(int number) => $"p{number % people}";

    private async Task<TableEntity> ReadAsync(int number, string row) => await accounts.GetEntityAsync<TableEntity>(AccountId(number), row);

    private Task QueryAsync(string partition) => QueryAsync(addresses, $"PartitionKey eq {partition}");

    private static async Task QueryAsync(TableClient table, FormattableString filter, IEnumerable<string>? select = null)
    {
        await foreach (var _ in table.QueryAsync<TableEntity>(TableClient.CreateQueryFilter(filter), select: select))
        {
        }
    }

    private async Task EnqueueAsync()
    {
        var job = new EmailJob(MailKind.Code, FloorRows.NewKey(), FloorRows.NewKey(), FloorRows.Now);
        await queue.SendMessageAsync(new BinaryData(JsonSerializer.SerializeToUtf8Bytes(job)));
    }
}
