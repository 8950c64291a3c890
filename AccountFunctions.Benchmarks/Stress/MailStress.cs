using System.Diagnostics;
using System.Security.Cryptography;
using AccountFunctions.Accounts;
using AccountFunctions.Email;
using AccountFunctions.Housekeeping;
using AccountFunctions.Storage;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using LocalRuntime;

namespace AccountFunctions.Benchmarks.Stress;

/// <summary>What becomes of mails when they are delivered twice, when nothing takes them, when one of them cannot be sent, and when the app is killed.</summary>
public static class MailStress
{
    private const int Wave = 500;

    public static async Task<bool> DeliverTwiceAsync(int jobs)
    {
        await using var stage = await Stage.StartAsync();
        using var app = await stage.StartAppAsync();
        var watch = Stopwatch.StartNew();

        // In waves: Azurite slows down with the length of its queues.
        for (var first = 0; first < jobs; first += Wave)
        {
            await stage.RegisterAsync(Wave, copies: 2, first);
            await stage.WaitAsync(() => stage.Sink.Recipients == first + Wave, $"{jobs} jobs, each delivered twice");
            await stage.DrainAsync();
        }

        return Report(
            $"{jobs:N0} jobs delivered twice: {stage.Sink.Count:N0} mails to {stage.Sink.Recipients:N0} recipients in {watch.Elapsed.TotalSeconds:N0} s",
            stage.Sink.Count == jobs);
    }

    public static async Task<bool> OutageAsync(int jobs, TimeSpan outage)
    {
        await using var stage = await Stage.StartAsync();
        stage.Sink.IsAway = true;
        await stage.RegisterAsync(jobs, copies: 1);
        using var app = await stage.StartAppAsync();
        await Task.Delay(outage);
        stage.Sink.IsAway = false;
        var back = stage.Sink.Now;
        await stage.WaitAsync(() => stage.Sink.Recipients == jobs, "after the outage");
        await stage.DrainAsync();
        var poisoned = await stage.PoisonedAsync();
        return Report(
            $"{outage.TotalMinutes:N0} min of outage, {jobs:N0} jobs: {stage.Sink.Refusals:N0} refusals, then {stage.Sink.Count:N0} mails to {stage.Sink.Recipients:N0} recipients, "
            + $"the last {(stage.Sink.FirstTimes.Max() - back).TotalSeconds:N0} s after the end; {poisoned} given up",
            stage.Sink.Count == jobs && poisoned == 0);
    }

    public static async Task<bool> PoisonedRecipientAsync(int jobs, int poisoned)
    {
        var alone = await RunAsync(0);
        var beside = await RunAsync(poisoned);
        return Report(
            $"{jobs:N0} mails: {alone.TotalSeconds:N1} s alone, {beside.TotalSeconds:N1} s with {poisoned} jobs between them that can never be sent",
            beside < alone * 1.5);

        async Task<TimeSpan> RunAsync(int failing)
        {
            await using var stage = await Stage.StartAsync();
            stage.Sink.IsPoisoned = address => int.Parse(address.Split('@')[0][1..], null) < failing;
            await stage.RegisterAsync(jobs + failing, copies: 1);
            using var app = await stage.StartAppAsync();
            var start = stage.Sink.Now;
            await stage.WaitAsync(() => stage.Sink.Recipients == jobs, $"{failing} that fail");
            return stage.Sink.FirstTimes.Max() - start;
        }
    }

    public static async Task<bool> KillAsync(int jobs, int kills)
    {
        await using var stage = await Stage.StartAsync();
        stage.Sink.Delay = TimeSpan.FromMilliseconds(300);
        await stage.RegisterAsync(jobs, copies: 1);
        var done = 0;
        for (; done < kills && stage.Sink.Recipients < jobs; done++)
        {
            using var app = await stage.StartAppAsync();
            await Task.Delay(RandomNumberGenerator.GetInt32(100, 900));
        }

        // What was in the hands of the killed comes back when the host's lease on it ends, after ten minutes.
        using var last = await stage.StartAppAsync();
        await stage.WaitAsync(() => stage.Sink.Recipients == jobs, $"after {done} kills");
        await stage.DrainAsync();
        return Report(
            $"{done} kills during {jobs} sends: {stage.Sink.Recipients} recipients, {stage.Sink.Count - stage.Sink.Recipients} duplicates",
            stage.Sink.Recipients == jobs && stage.Sink.Count - jobs <= done);
    }

    private static bool Report(string result, bool holds)
    {
        Console.WriteLine(result);
        return holds;
    }

    /// <summary>Storage in memory, a sink for mails, and jobs in the queue.</summary>
    private sealed class Stage : IAsyncDisposable
    {
        private readonly Azurite azurite;
        private readonly QueueServiceClient queues;

        private Stage(Azurite azurite, MailSink sink) =>
            (this.azurite, Sink, queues) = (azurite, sink, new QueueServiceClient(azurite.ConnectionString(), new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 }));

        public MailSink Sink { get; }

        public static async Task<Stage> StartAsync() =>
            new(await Azurite.StartAsync(new AzuriteOptions(), CancellationToken.None), await MailSink.StartAsync());

        public Task<AppInstance> StartAppAsync() => AppInstance.StartAsync(MailSink.FreePort(), new Dictionary<string, string>
        {
            ["AzureWebJobsStorage"] = azurite.ConnectionString(),
            ["CommunicationServices"] = Sink.ConnectionString,
            ["Email__PerMinute"] = "10000000",
            ["Email__PerHour"] = "100000000",
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

        public async Task WaitAsync(Func<bool> condition, string what)
        {
            for (var seconds = 0; !condition(); seconds++)
            {
                if (seconds % 10 == 0)
                {
                    await queues.GetQueueClient(HousekeepingSchedule.QueueName).ClearMessagesAsync();
                    Console.Error.WriteLine($"{what}: {Sink.Recipients:N0} recipients, {Sink.Count:N0} mails, {Sink.Refusals:N0} refusals");
                }

                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }

        /// <summary>Waits until the queue is empty; nothing is sent afterwards.</summary>
        public async Task DrainAsync()
        {
            while ((await queues.GetQueueClient(EmailOutbox.QueueName).GetPropertiesAsync()).Value.ApproximateMessagesCount > 0)
            {
                await Task.Delay(TimeSpan.FromSeconds(1));
            }
        }

        public async Task<int> PoisonedAsync() => (await queues.GetQueueClient(EmailOutbox.PoisonQueueName).GetPropertiesAsync()).Value.ApproximateMessagesCount;

        public async ValueTask DisposeAsync()
        {
            await Sink.DisposeAsync();
            await azurite.DisposeAsync();
        }
    }
}
