using AccountFunctions.Accounts;
using AccountFunctions.Email;
using AccountFunctions.Housekeeping;
using AccountFunctions.Storage;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using LocalRuntime;

namespace AccountFunctions.Benchmarks.Stress;

/// <summary>What the app stands on in a scenario, and survives it: storage in memory and a sink for mails.</summary>
public sealed class Stage : IAsyncDisposable
{
    private readonly Azurite azurite;
    private readonly QueueServiceClient queues;

    private Stage(Azurite azurite, MailSink sink) =>
        (this.azurite, Sink, queues) = (azurite, sink, new QueueServiceClient(azurite.ConnectionString(), new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }));

    public MailSink Sink { get; }

    public string Storage => azurite.ConnectionString();

    public static async Task<Stage> StartAsync() =>
        new(await Azurite.StartAsync(new AzuriteOptions(), CancellationToken.None), await MailSink.StartAsync());

    /// <param name="storage">The connection string that the app gets; null for that of the storage itself.</param>
    public Task<AppInstance> StartAppAsync(string? storage = null, int mailsPerHour = 1000) => AppInstance.StartAsync(MailSink.FreePort(), new Dictionary<string, string>
    {
        ["AzureWebJobsStorage"] = storage ?? Storage,
        ["CommunicationServices"] = Sink.ConnectionString,
        ["Email__PerMinute"] = "10000000",
        ["Email__PerHour"] = "100000000",

        // What is not under test must not refuse or take time.
        ["Passwords__MemoryKiB"] = "1024",
        ["Passwords__Iterations"] = "1",
        ["Passwords__MaxWaitingHashes"] = "10000",
        ["Throttle__RequestsPerMinute"] = "1000000",
        ["Throttle__ResendCooldown"] = "00:00:00",
        ["Throttle__MailsPerHour"] = $"{mailsPerHour}",
        ["Throttle__MailsPerDay"] = "50",
        ["AzureFunctionsJobHost__extensions__queues__maxPollingInterval"] = "00:00:00.200",
    });

    /// <summary>Writes registrations and their jobs, as if so many people had signed up.</summary>
    public async Task RegisterAsync(int count, int copies, int first = 0)
    {
        var tables = new TableServiceClient(azurite.ConnectionString());
        await tables.CreateTableIfNotExistsAsync(AddressStore.TableName);
        await queues.GetQueueClient(EmailOutbox.QueueName).CreateIfNotExistsAsync();
        var (addresses, outbox) = (new AddressStore(tables), new EmailOutbox(queues));
        await Parallel.ForAsync(first, first + count, new ParallelOptions { MaxDegreeOfParallelism = 16 }, async (number, cancellation) =>
        {
            var now = TimeProvider.System.GetUtcNow();
            var (address, id) = ($"u{number}@example.com", Guid.CreateVersion7(now).ToString("N"));
            var key = EmailAddress.KeyOf(address);
            var batch = new PartitionBatch(key);
            batch.Insert(new PendingEntity(key, id)
            {
                Username = address,
                Mailbox = address,
                PasswordHash = "",
                FirstName = "",
                LastName = "",
                Nonce = Security.VerificationCodes.NewNonce(),
                TriesLeft = 5,
                Issued = now,
                Expires = now.AddDays(1),
            });
            await addresses.TryCommitAsync(batch, cancellation);
            for (var copy = 0; copy < copies; copy++)
            {
                await outbox.EnqueueAsync(new EmailJob(EmailKind.Registration, key, id, now), cancellation);
            }
        });
    }

    /// <summary>Azurite slows down with the length of its queues, and these jobs are not due for hours.</summary>
    public Task ForgetHousekeepingAsync() => queues.GetQueueClient(HousekeepingSchedule.QueueName).ClearMessagesAsync();

    /// <summary>Waits for the condition, or until no mail job is left that could bring it about.</summary>
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

    /// <summary>Waits until the queue is empty; nothing is sent afterwards.</summary>
    public async Task DrainAsync()
    {
        while (await JobsAsync() > 0)
        {
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }

    public Task<int> PoisonedAsync() => CountAsync(EmailOutbox.PoisonQueueName);

    // Also those that are invisible.
    private Task<int> JobsAsync() => CountAsync(EmailOutbox.QueueName);

    private async Task<int> CountAsync(string queue) => (await queues.GetQueueClient(queue).GetPropertiesAsync()).Value.ApproximateMessagesCount;

    public async ValueTask DisposeAsync()
    {
        await Sink.DisposeAsync();
        await azurite.DisposeAsync();
    }
}
