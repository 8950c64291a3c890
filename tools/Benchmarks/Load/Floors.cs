using System.Security.Cryptography;
using System.Text.Json;
using AccountFunctions.Email;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using AccountFunctions.Telemetry;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Benchmarks.Load;

/// <summary>
/// What an operation costs without the app: the same calls to storage with rows like the app's, one after another, with the same clients, and the same hash.
/// The rows are in the app's tables, in partitions of their own, since Azurite looks at every row of a table for each query.
/// </summary>
/// <param name="people">Who have an account.</param>
public sealed class Floors(string storage, int people)
{
    private const string Session = "0123456789abcdef0123456789abcdef";
    private static readonly PasswordOptions Defaults = new();
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();
    private static readonly string Hash = new Argon2Hash(Defaults.MemoryKiB, Defaults.Iterations, Defaults.Parallelism, new byte[16], new byte[32]).ToString();
    private readonly TableClient addresses = new TableServiceClient(storage).GetTableClient(AddressStore.TableName);
    private readonly TableClient accounts = new TableServiceClient(storage).GetTableClient(AccountStore.TableName);
    private readonly QueueClient queue = new(storage, "floors", new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
    private readonly PasswordHasher hasher = new(
        Options.Create(Defaults), new HashGate(Options.Create(Defaults), new AccountMetrics(new System.Diagnostics.Metrics.Meter("floors"))), [new SodiumArgon2(), new KonsciousArgon2()], NullLogger<PasswordHasher>.Instance);

    /// <param name="activations">Registrations that wait for their code.</param>
    public async Task PrepareAsync(int activations)
    {
        await queue.CreateIfNotExistsAsync();
        for (var number = 0; number < people; number++)
        {
            var (account, address) = (AccountId(number), AddressOf(number));
            await WriteAsync(accounts, NewAccount(account), NewSession(account, Session), new EventEntity(account, AccountEvent.Activated, Now), new EventEntity(account, AccountEvent.SignedIn, Now, Session));
            await WriteAsync(addresses, new ClaimEntity(address, account) { Clients = [NewKey()] }, NewGuard(address), NewMail(address));
        }

        for (var number = 0; number < activations; number++)
        {
            var address = WaitingAt(number);
            await WriteAsync(addresses, NewPending(address), NewGuard(address), NewMail(address));
        }
    }

    /// <summary>Of a row <c>account</c>.</summary>
    public string AccountId(int number) => $"p{number % people}";

    public Task HashAsync(int number) => hasher.HashAsync("blue tractor 77", salt: null, CancellationToken.None);

    public Task DetailsAsync(int number) => ReadAsync(number, AccountEntity.RowName);

    public async Task LoginAsync(int number)
    {
        await QueryAsync(AddressOf(number));
        await ReadAsync(number, AccountEntity.RowName);
        await HashAsync(number);
        var account = AccountId(number);
        await WriteAsync(accounts, NewSession(account, NewKey()), new EventEntity(account, AccountEvent.SignedIn, Now, Session));
    }

    public async Task RefreshAsync(int number)
    {
        var reading = ReadAsync(number, AccountEntity.RowName);
        var session = new SessionEntity(await ReadAsync(number, SessionEntity.RowPrefix + Session)) { LastUsed = Now };
        await reading;
        await WriteAsync(accounts, session);
    }

    public async Task CodeAsync(int number)
    {
        var address = $"c{number}";
        await QueryAsync(address);
        await EnqueueAsync();
        await WriteAsync(addresses, new ResetCodeEntity(address) { Nonce = NewKey(), TriesLeft = 5, Issued = Now, Expires = Now }, NewGuard(address));
    }

    public async Task RegisterAsync(int number)
    {
        var address = $"r{number}";
        await QueryAsync(address);
        await HashAsync(number);
        await EnqueueAsync();
        await WriteAsync(addresses, NewPending(address), NewGuard(address));
    }

    /// <param name="number">Counts the activations prepared.</param>
    public async Task ActivateAsync(int number)
    {
        var (address, account) = (WaitingAt(number), $"w{number}");
        await QueryAsync(address);
        await WriteAsync(accounts, NewAccount(account), new EventEntity(account, AccountEvent.Activated, Now));
        var batch = new PartitionBatch(address);
        batch.Insert(new ClaimEntity(address, account) { Clients = [NewKey()] });
        batch.Delete(NewPending(address));
        await batch.TryCommitAsync(addresses, CancellationToken.None);
    }

    public Task ForgetQueueAsync() => queue.ClearMessagesAsync();

    private static string WaitingAt(int number) => $"w{number}";

    private string AddressOf(int number) => $"p{number % people}";

    private static GuardEntity NewGuard(string address) => new(address) { MailTimes = [1] };

    private static AccountEntity NewAccount(string id) => new(id)
    {
        Username = "ada.lovelace@example.com",
        Mailbox = "ada.lovelace@example.com",
        PasswordHash = Hash,
        PasswordChanged = Now,
        FirstName = "",
        LastName = "",
        Language = "en",
        Role = AccountEntity.ClientRole,
        ExpirationDate = Now,
        Disabled = false,
        Version = 1,
        Created = Now,
    };

    private static PendingEntity NewPending(string address) => new(address, Session)
    {
        Username = "ada.lovelace@example.com",
        Mailbox = "ada.lovelace@example.com",
        PasswordHash = Hash,
        FirstName = "",
        LastName = "",
        Language = "en",
        Nonce = NewKey(),
        TriesLeft = 5,
        Issued = Now,
        Expires = Now,
    };

    private static SessionEntity NewSession(string account, string id) => new(account, id) { Counter = 1, Hash = NewKey(), Version = 1, Created = Now, LastUsed = Now, Expires = Now };

    private static MailEntity NewMail(string address) => new(address, Guid.CreateVersion7(Now)) { Sent = true, BusyUntil = Now, Expires = Now };

    private static string NewKey() => RandomNumberGenerator.GetHexString(32);

    private async Task<TableEntity> ReadAsync(int number, string row) => await accounts.GetEntityAsync<TableEntity>(AccountId(number), row);

    private async Task QueryAsync(string partition)
    {
        await foreach (var _ in addresses.QueryAsync<TableEntity>(TableClient.CreateQueryFilter($"PartitionKey eq {partition}")))
        {
        }
    }

    private async Task EnqueueAsync() =>
        await queue.SendMessageAsync(new BinaryData(JsonSerializer.SerializeToUtf8Bytes(new EmailJob(EmailKind.Code, NewKey(), NewKey(), Now), AccountJson.Default.EmailJob)));

    private static async Task WriteAsync(TableClient table, params TableRow[] rows)
    {
        var batch = new PartitionBatch(rows[0].PartitionKey);
        Array.ForEach(rows, batch.Save);
        await batch.TryCommitAsync(table, CancellationToken.None);
    }
}
