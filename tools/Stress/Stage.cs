using System.Diagnostics;
using System.Security.Cryptography;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security.Codes;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using LocalHost.Hosting;
using LocalHost.Storage;

namespace Stress;

/// <summary>
/// Storage in memory, a fake mail service and a provider of identities. The apps of a scenario use them; all survive a killed app.
/// </summary>
public sealed class Stage : IAsyncDisposable
{
    public const string Password = "blue tractor 77";
    public const string Administrator = "root@example.com";

    // No scenario signs in to such a registration.
    private static readonly Credential NoPassword = Credential.Read(
        "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAA");
    private static readonly string CodesKey = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32));
    private readonly Azurite azurite;
    private readonly QueueServiceClient queues;

    private Stage(Azurite azurite, MailSink sink, FakeIssuer issuer)
    {
        (this.azurite, Sink, Issuer) = (azurite, sink, issuer);
        queues = new QueueServiceClient(Storage, new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
    }

    public MailSink Sink { get; }

    /// <summary>A provider of identities.</summary>
    public FakeIssuer Issuer { get; }

    /// <summary>The connection string.</summary>
    public string Storage => azurite.ConnectionString();

    /// <summary>The settings of the app, for a command line of operators.</summary>
    public IEnumerable<KeyValuePair<string, string>> Environment
    {
        get
        {
            var all = HostSettings.ReadFiles(HostSettings.DefaultPort, sampleOnly: true);
            foreach (var (name, value) in Settings(Storage, mailsPerHour: 1000, maxSessions: 50))
            {
                all[name] = value;
            }

            all["AZURE_FUNCTIONS_ENVIRONMENT"] = "Development";
            HostSettings.UseStorage(all, Storage);
            return all.Select(setting => KeyValuePair.Create(setting.Key, setting.Value ?? ""));
        }
    }

    public static async Task<Stage> StartAsync() =>
        new(
            await Azurite.StartAsync(new AzuriteOptions(), CancellationToken.None),
            await MailSink.StartAsync(),
            await FakeIssuer.StartAsync("acme"));

    /// <summary>Starts the app with settings under which nothing that is not under test refuses a request or takes time.</summary>
    /// <param name="storage">The connection string of a proxy in front of the storage; null: no proxy.</param>
    /// <param name="realHashes">Whether hashes cost what they cost in production, and as many wait as there.</param>
    public Task<LocalApp> StartAppAsync(
        string? storage = null, int mailsPerHour = 1000, int maxSessions = 50, bool realHashes = false, string importedCost = "")
    {
        var settings = Settings(storage ?? Storage, mailsPerHour, maxSessions);
        settings["Passwords__ImportedCost"] = importedCost;
        if (realHashes)
        {
            foreach (var name in settings.Keys.Where(name => name.StartsWith("Passwords__", StringComparison.Ordinal)).ToList())
            {
                settings.Remove(name);
            }
        }

        return LocalApp.StartAsync(settings);
    }

    /// <summary>Registers a person and redeems the code that is mailed.</summary>
    public async Task SignUpAsync(LocalApp app, string username)
    {
        await app.PostAsync("register", new { username, password1 = Password, password2 = Password });
        await app.PostAsync("activate", new { username, code = await Sink.CodeAsync(username) });
    }

    /// <summary>Writes registrations and their mail jobs, as if that many people had signed up.</summary>
    public async Task RegisterAsync(int count, int copies)
    {
        var tables = new TableServiceClient(Storage);
        await tables.CreateTableIfNotExistsAsync(TableNames.Addresses);
        await queues.GetQueueClient(QueueNames.EmailJobs).CreateIfNotExistsAsync();
        var seal = new CodeOptions { Key = CodesKey }.Seal();
        var (addresses, outbox) = (tables.GetTableClient(TableNames.Addresses), new EmailOutbox(queues, seal));
        await Parallel.ForAsync(0, count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, cancellation) =>
        {
            var now = TimeProvider.System.GetUtcNow();
            var (address, id) = ($"u{number}@example.com", Guid.CreateVersion7(now).ToString("N"));
            var key = EmailAddress.KeyOf(address);
            var pending = new PendingEntity(key, id)
            {
                Username = address,
                Mailbox = address,
                Credential = NoPassword,
                FirstName = "",
                LastName = "",
                Nonce = VerificationCodes.NewNonce(),
                TriesLeft = 5,
                Issued = now,
                Expires = now.AddDays(1),
            };
            await addresses.AddEntityAsync(pending.Columns, cancellation);
            for (var copy = 0; copy < copies; copy++)
            {
                await outbox.EnqueueAsync(new EmailJob(MailKind.Registration, key, id, now), TimeSpan.Zero, cancellation);
            }
        });
    }

    /// <summary>Deletes jobs that are not due for hours: Azurite slows down with the length of its queues.</summary>
    public Task ForgetHousekeepingAsync() => queues.GetQueueClient(QueueNames.HousekeepingJobs).ClearMessagesAsync();

    /// <summary>Deletes the history of all accounts: Azurite slows down with the rows of a table, Table Storage does not.</summary>
    public async Task ForgetHistoryAsync()
    {
        var table = new TableServiceClient(Storage).GetTableClient(TableNames.Accounts);
        var events = table.QueryAsync<TableEntity>(
            $"RowKey gt '{EventEntity.RowPrefix}' and RowKey lt '{EventEntity.LastKey}'",
            select: [nameof(TableEntity.PartitionKey), nameof(TableEntity.RowKey)]);
        foreach (var account in (await events.ToListAsync()).GroupBy(row => row.PartitionKey))
        {
            foreach (var batch in account.Chunk(100))
            {
                await table.SubmitTransactionAsync(
                    batch.Select(row => new TableTransactionAction(TableTransactionActionType.Delete, row, ETag.All)));
            }
        }
    }

    /// <summary>
    /// Median milliseconds of a query of a partition without rows, and of a read of a row that is not there. Azurite reads every row of the
    /// table for the first; Table Storage does so for neither.
    /// </summary>
    public async Task<(double Query, double Key)> TimeReadsAsync()
    {
        var table = new TableServiceClient(Storage).GetTableClient(TableNames.Accounts);
        async Task<double> MedianAsync(Func<Task> read)
        {
            var times = new List<double>();
            for (var i = 0; i < 50; i++)
            {
                var start = Stopwatch.GetTimestamp();
                await read();
                times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            return times.Order().ElementAt(times.Count / 2);
        }

        return (
            await MedianAsync(async () => await table.QueryAsync<TableEntity>("PartitionKey eq 'none'").FirstOrDefaultAsync()),
            await MedianAsync(() => table.GetEntityIfExistsAsync<TableEntity>("none", "none")));
    }

    /// <summary>Waits for the condition, or until there are no mail jobs left.</summary>
    public async Task WaitAsync(Func<bool> condition, string what)
    {
        for (var seconds = 0; !condition() && await JobsAsync() > 0; seconds++)
        {
            if (seconds % 10 == 0)
            {
                await ForgetHousekeepingAsync();
                Console.Error.WriteLine($"{what}: {Sink.Recipients:N0} recipients, {Sink.Count:N0} mails, {Sink.Refusals:N0} refusals");
            }

            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }

    /// <summary>Waits until the mail queue is empty; the app sends nothing afterwards.</summary>
    public async Task DrainAsync()
    {
        while (await JobsAsync() > 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }

    public Task<int> PoisonedAsync() => CountAsync(QueueNames.EmailJobsPoison);

    public async ValueTask DisposeAsync()
    {
        await Sink.DisposeAsync();
        await Issuer.DisposeAsync();
        await azurite.DisposeAsync();
    }

    private Dictionary<string, string> Settings(string storage, int mailsPerHour, int maxSessions) => new()
    {
        ["AzureWebJobsStorage"] = storage,
        ["Accounts__Administrators"] = Administrator,
        ["Accounts__SignInByCode"] = "true",
        ["Codes__Key"] = CodesKey,
        ["Admin__RequireSecondFactor"] = "false",
        ["CommunicationServices"] = Sink.ConnectionString,
        ["Providers__acme__Issuer"] = Issuer.Issuer,
        ["Providers__acme__Audiences"] = FakeIssuer.Audience,
        ["Email__PerMinute"] = "10000000",
        ["Email__PerHour"] = "100000000",
        ["Passwords__MemoryKiB"] = "1024",
        ["Passwords__Iterations"] = "1",
        ["Passwords__MaxWaitingHashes"] = "10000",
        ["Throttle__RequestsPerMinute"] = "1000000",
        ["Throttle__ResendCooldown"] = "00:00:00",
        ["Throttle__MailsPerHour"] = $"{mailsPerHour}",
        ["Throttle__MailsPerDay"] = "50",
        ["Tokens__MaxSessions"] = $"{maxSessions}",

        // A fixed issuer, because otherwise each host would use its own and instances would refuse each other's tokens.
        ["Tokens__Issuer"] = "http://localhost/api",
        ["AzureFunctionsJobHost__extensions__queues__maxPollingInterval"] = "00:00:00.200",
    };

    private Task<int> JobsAsync() => CountAsync(QueueNames.EmailJobs);

    // The count includes invisible messages.
    private async Task<int> CountAsync(string queue) =>
        (await queues.GetQueueClient(queue).GetPropertiesAsync()).Value.ApproximateMessagesCount;
}
