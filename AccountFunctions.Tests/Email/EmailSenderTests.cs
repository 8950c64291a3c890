using System.Text.Json;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Email;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Tests.Lifecycle;
using Azure;
using Azure.Data.Tables;
using Azure.Storage.Queues;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace AccountFunctions.Tests.Email;

public sealed class EmailSenderTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Address = "ada@example.com";

    [Fact, Holds("G4")]
    public async Task A_job_delivered_many_times_sends_one_mail()
    {
        await App.RegisterAsync(Address);
        await App.WaitForMailsAsync(Address, 1);
        var job = await JobAsync();
        await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => EnqueueAsync(job)));
        await App.DrainAsync();

        Assert.Single(await App.MailsAsync(Address));
    }

    [Fact, Holds("G4")]
    public async Task Deliveries_of_one_job_at_once_send_one_mail()
    {
        await using var quiet = await ImpatientApp.StartAsync(NewStorage());
        await FaultAsync("""{"delay_ms":300}""", quiet);
        await quiet.RegisterAsync(Address);
        var job = await JobAsync(quiet);
        await Task.WhenAll(Enumerable.Range(0, 7).Select(_ => EnqueueAsync(job, quiet)));
        await quiet.WaitForMailsAsync(Address, 1);
        await quiet.DrainAsync();

        Assert.Single(await quiet.MailsAsync(Address));
    }

    [Fact, Holds("G4")]
    public async Task A_mail_whose_delivery_died_after_the_transport_took_it_is_not_sent_again()
    {
        await App.RegisterAsync(Address);
        await App.WaitForMailsAsync(Address, 1);
        await ReopenAsync();
        App.Time.Advance(TimeSpan.FromMinutes(2));
        await EnqueueAsync(await JobAsync());
        await App.DrainAsync();

        Assert.Single(await App.MailsAsync(Address));
        Assert.True((await MailAsync()).GetBoolean("Sent"));
    }

    [Fact, Holds("G4")]
    public async Task A_mail_whose_delivery_died_before_the_transport_took_it_is_sent_when_its_time_is_up()
    {
        await App.RegisterAsync(Address);
        await App.WaitForMailsAsync(Address, 1);
        await ReopenAsync();

        // A second emulator, which has no mails.
        await using var other = await TestApp.StartAsync(App.Storage, time: new(App.Time.GetUtcNow() + TimeSpan.FromMinutes(2)));
        await App.DisposeAsync();
        await EnqueueAsync(await JobAsync(other), other);

        Assert.Single(await other.WaitForMailsAsync(Address, 1));
    }

    [Fact]
    public async Task A_permanently_refused_mail_is_dropped_with_a_logged_reason()
    {
        await FaultAsync("""{"status":400,"message":"Invalid format for email address: recipients.to[0].address."}""");
        await App.RegisterAsync(Address);
        await App.WaitForLogAsync("dropped: there is no such mailbox: 400");

        Assert.Empty(await App.MailsAsync(Address));
        await App.DrainAsync();
    }

    [Fact, Holds("G5")]
    public async Task A_throttled_mail_uses_up_no_dequeue_and_is_sent_when_allowed()
    {
        await using var strict = await ImpatientApp.StartAsync(
            NewStorage(), settings: new() { ["AzureFunctionsJobHost:extensions:queues:maxDequeueCount"] = "1" });
        await FaultAsync("""{"status":429,"retry_after":1,"times":3}""", strict);
        await strict.RegisterAsync(Address);

        Assert.Single(await strict.WaitForMailsAsync(Address, 1));
        Assert.DoesNotContain("failed for message", strict.Logs.Text);
    }

    [Theory]
    [InlineData("""{"status":401}""", "401")]
    [InlineData("""{"status":404}""", "404")]
    [InlineData("""{"status":413}""", "413")]
    [InlineData("""{"status":400,"message":"Request body validation error. See property 'content'."}""", "400")]
    [InlineData("""{"status":400,"message":"Invalid format for email address. See property 'senderAddress'."}""", "400")]
    public async Task A_misconfigured_transport_is_reported_and_the_mail_waits(string fault, string status)
    {
        await FaultAsync(fault);
        await App.RegisterAsync(Address);
        await App.WaitForLogAsync($"Critical No mail can be sent: the transport answers {status}");

        await TestApp.WaitForLengthAsync(App.Queue("email-jobs"), 1);
        Assert.DoesNotContain("failed for message", App.Logs.Text);
    }

    [Theory, Holds("G6")]
    [InlineData("no json")]
    [InlineData("{}")]
    [InlineData("""{"kind":"newsletter","address_key":"a","id":"b","issued":"2026-11-23T12:00:00Z","waits":0,"version":1}""")]
    [InlineData("""{"kind":"registration","address_key":"a","id":"b","issued":"2026-11-23T12:00:00Z","waits":0,"version":2}""")]
    public async Task A_malformed_message_goes_to_poison_at_once_and_others_flow(string message)
    {
        await App.Queue("email-jobs").SendMessageAsync(message);
        await App.RegisterAsync(Address);
        await App.WaitForMailsAsync(Address, 1);
        await App.DrainAsync();

        Assert.Equal(message, (await App.Queue("email-jobs-poison").PeekMessageAsync()).Value.Body.ToString());
    }

    [Fact, Holds("G3")]
    public async Task A_job_that_comes_before_its_row_waits_for_it()
    {
        await App.RegisterAsync(Address);
        await App.WaitForMailsAsync(Address, 1);
        var job = await JobAsync();
        var row = await PendingAsync();
        await App.Table("Addresses").DeleteEntityAsync(row);
        await App.Table("Addresses").DeleteEntityAsync(row.PartitionKey, $"mail-{job.OperationId:N}");

        await EnqueueAsync(job);
        await App.WaitForLogAsync($"Mail registration of {job.Id} postponed: its row is not there yet.");
        row.ETag = default;
        await App.Table("Addresses").AddEntityAsync(row);

        Assert.Equal(2, (await App.WaitForMailsAsync(Address, 2)).Count);
    }

    [Fact, Holds("G3")]
    public async Task A_notice_waits_for_its_own_event_though_another_was_recorded_at_the_same_moment()
    {
        await App.SignInAsync(Address);
        var id = (await App.RowsAsync("Accounts")).Single(row => row.RowKey == "account").PartitionKey;
        await EnqueueAsync(new EmailJob(Act.DeletionRequested.Word, EmailAddress.KeyOf(Address), id, App.Time.GetUtcNow()));

        await App.WaitForLogAsync($"Mail deletion_requested of {id} postponed: its row is not there yet.");
    }

    [Fact, Holds("G3")]
    public async Task A_job_whose_request_never_committed_is_dropped_in_the_end()
    {
        var job = new EmailJob(MailKind.Registration, new string('a', 64), new string('b', 32), App.Time.GetUtcNow(), Waits: 3);
        await EnqueueAsync(job);
        await App.DrainAsync();

        Assert.Contains("its row never came", App.Logs.Text);
    }

    [Fact, Holds("G7")]
    public async Task A_job_whose_code_has_expired_is_dropped()
    {
        await App.RegisterAsync(Address);
        await App.WaitForMailsAsync(Address, 1);
        App.Time.Advance(TimeSpan.FromDays(1));
        await EnqueueAsync(await JobAsync());
        await App.DrainAsync();

        Assert.Single(await App.MailsAsync(Address));
        Assert.Contains("its code is no longer good", App.Logs.Text);
    }

    [Theory, Holds("C10")]
    [InlineData(71, true)]
    [InlineData(73, false)]
    public async Task A_notice_that_had_to_wait_is_sent_as_long_as_the_owner_can_take_the_account_back(int hours, bool isSent)
    {
        var storage = NewStorage();
        var time = new FakeTimeProvider(App.Time.GetUtcNow());
        string? token;
        await using (var app = await TestApp.StartAsync(storage, time: time))
        {
            token = (await app.SignInAsync(Address)).GetProperty("access").GetString();
            await app.DrainAsync();
        }

        await using (var app = await TestApp.StartAsync(storage, new() { ["AzureWebJobs.SendEmail.Disabled"] = "true" }, time))
        {
            await app.PostAsync("password", new { password = TestApp.Password, new_password = "green tractor 78" }, token);
        }

        time.Advance(TimeSpan.FromHours(hours));
        await using var late = await TestApp.StartAsync(storage, time: time);
        await late.DrainAsync();

        Assert.Equal(isSent ? ["Your Example password was changed"] : [], (await late.MailsAsync(Address)).Select(mail => mail.Subject));
    }

    [Fact]
    public async Task A_job_of_an_account_that_is_active_already_is_dropped()
    {
        await App.RegisterAsync(Address);
        var code = await App.NextCodeAsync(Address);
        var job = await JobAsync();
        await App.PostAsync("activate", new { username = Address, code });
        await EnqueueAsync(job);
        await App.DrainAsync();

        Assert.Single(await App.MailsAsync(Address));
    }

    [Fact, Holds("S11")]
    public async Task A_mail_throttled_by_the_service_is_sent_at_the_next_try()
    {
        await using var patient = await TestApp.StartAsync(
            NewStorage(), new() { ["AzureFunctionsJobHost:extensions:queues:visibilityTimeout"] = "00:00:01" });
        await FaultAsync("""{"status":503,"times":2}""", patient);
        await patient.RegisterAsync(Address);

        Assert.Single(await patient.WaitForMailsAsync(Address, 1));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_mail_interrupted_by_a_stop_leaves_a_copy_of_its_job(bool isOutage)
    {
        var transport = new CutOff(isOutage);
        await using var app = await TestApp.StartAsync(
            NewStorage(),
            new() { ["AzureWebJobs.SendEmail.Disabled"] = "true" },
            configure: services => services.AddSingleton<IEmailTransport>(transport));
        await app.RegisterAsync(Address);
        var job = (await app.Queue(QueueNames.EmailJobs).ReceiveMessageAsync()).Value;
        using var stop = new CancellationTokenSource();
        var sending = app.Services.GetRequiredService<EmailSender>().SendAsync(job.Body, stop.Token);
        await transport.Started;
        await stop.CancelAsync();
        await sending;

        await TestApp.WaitForLengthAsync(app.Queue(QueueNames.EmailJobs), 2);
        await app.WaitForLogAsync("postponed: the host stops");
    }

    [Fact, Holds("B8", "G6")]
    public async Task A_job_carries_ids_only_and_stays_small()
    {
        var service = new QueueServiceClient(
            NewStorage(), new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 });
        var queue = (await service.CreateQueueAsync(QueueNames.EmailJobs)).Value;
        var seal = App.Services.GetRequiredService<JobSeal>();
        await new EmailOutbox(service, seal).EnqueueAsync(
            new EmailJob(MailKind.Registration, new string('a', 64), new string('b', 32), App.Time.GetUtcNow()), TimeSpan.Zero, default);
        var body = (await queue.PeekMessageAsync()).Value.Body;
        var json = seal.Open(body, QueueNames.EmailJobs).ToString();

        Assert.Equal(
            ["kind", "address_key", "id", "issued", "waits", "is_copy", "version", "trace"],
            JsonDocument.Parse(json).RootElement.EnumerateObject().Select(member => member.Name));
        Assert.True(body.Length < 1024);
    }

    private async Task<TableEntity> MailAsync() =>
        (await App.RowsAsync("Addresses")).Single(row => row.RowKey.StartsWith("mail-", StringComparison.Ordinal));

    // As if the process had died after sending the mail and before recording it.
    private async Task ReopenAsync()
    {
        await Eventually.TrueAsync(async () => (await MailAsync()).GetBoolean("Sent") is true, () => "The mail is never marked as sent.");
        var mail = await MailAsync();
        mail["Sent"] = false;
        await App.Table("Addresses").UpdateEntityAsync(mail, mail.ETag, TableUpdateMode.Replace);
    }

    private async Task<TableEntity> PendingAsync(TestApp? of = null) =>
        (await (of ?? App).RowsAsync("Addresses")).Single(row => row.RowKey.StartsWith("pending-", StringComparison.Ordinal));

    private async Task<EmailJob> JobAsync(TestApp? of = null)
    {
        var row = await PendingAsync(of);
        return new EmailJob(
            MailKind.Registration, row.PartitionKey, row.RowKey["pending-".Length..], row.GetDateTimeOffset("Issued")!.Value);
    }

    private Task EnqueueAsync(EmailJob job, TestApp? to = null) =>
        (to ?? App).Services.GetRequiredService<EmailOutbox>().EnqueueAsync(job, TimeSpan.Zero, default);

    private async Task FaultAsync(string fault, TestApp? of = null)
    {
        using var content = new StringContent(fault, System.Text.Encoding.UTF8, "application/json");
        (await (of ?? App).Client.PostAsync("/emulator/faults", content)).EnsureSuccessStatusCode();
    }

    /// <summary>Never accepts a mail, and fails when the host stops.</summary>
    private sealed class CutOff(bool isOutage) : IEmailTransport
    {
        private readonly TaskCompletionSource started = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Started => started.Task;

        public async Task SendAsync(Mail mail, CancellationToken cancellationToken)
        {
            started.SetResult();
            try
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
            }
            catch (OperationCanceledException e) when (isOutage)
            {
                throw new RequestFailedException("Connection reset by peer.", e);
            }
        }

        public Task<bool> HasAcceptedAsync(Guid operationId, CancellationToken cancellationToken) => Task.FromResult(false);
    }
}
