using System.Text.Json;
using AccountFunctions.Email;
using Azure.Data.Tables;

namespace AccountFunctions.Tests.Email;

public sealed class EmailSenderTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Address = "ada@example.com";
    private TestApp app = null!;

    public async ValueTask InitializeAsync() => app = await TestApp.StartAsync(azurite.NewStorage());

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact]
    public async Task A_job_delivered_twice_mails_the_same_code()
    {
        await app.RegisterAsync(Address);
        await app.WaitForMailsAsync(Address, 1);
        await EnqueueAsync(await JobAsync());

        var mails = await app.WaitForMailsAsync(Address, 2);
        Assert.Equal(mails[0].PlainText, mails[1].PlainText);
    }

    [Fact]
    public async Task A_job_that_comes_before_its_row_waits_for_it()
    {
        await app.RegisterAsync(Address);
        await app.WaitForMailsAsync(Address, 1);
        var job = await JobAsync();
        var row = await PendingAsync();
        await app.Table("Addresses").DeleteEntityAsync(row);

        await EnqueueAsync(job);
        await WaitForLogAsync($"Mail job {job.Id} waits for its row.");
        row.ETag = default;
        await app.Table("Addresses").AddEntityAsync(row);

        Assert.Equal(2, (await app.WaitForMailsAsync(Address, 2)).Count);
    }

    [Fact]
    public async Task A_job_whose_request_died_before_its_commit_is_dropped_in_the_end()
    {
        var job = new EmailJob(EmailKind.Registration, new string('a', 64), new string('b', 32), app.Time.GetUtcNow(), Waits: 5);
        await EnqueueAsync(job);
        await app.DrainAsync();

        Assert.Contains("its row never came", app.Logs.Text);
    }

    [Fact]
    public async Task A_job_whose_code_has_expired_is_dropped()
    {
        await app.RegisterAsync(Address);
        await app.WaitForMailsAsync(Address, 1);
        app.Time.Advance(TimeSpan.FromDays(1));
        await EnqueueAsync(await JobAsync());
        await app.DrainAsync();

        Assert.Single(await app.MailsAsync(Address));
        Assert.Contains("its code is no longer good", app.Logs.Text);
    }

    [Fact]
    public async Task A_job_of_an_account_that_is_active_already_is_dropped()
    {
        await app.RegisterAsync(Address);
        var code = await app.NextCodeAsync(Address);
        var job = await JobAsync();
        await app.PostAsync("activate", new { username = Address, code });
        await EnqueueAsync(job);
        await app.DrainAsync();

        Assert.Single(await app.MailsAsync(Address));
    }

    [Fact, Holds("S11")]
    public async Task A_mail_that_the_service_refuses_for_now_is_sent_when_it_is_tried_again()
    {
        await using var patient = await TestApp.StartAsync(azurite.NewStorage(), new() { ["AzureFunctionsJobHost:extensions:queues:visibilityTimeout"] = "00:00:01" });
        using var fault = new StringContent("""{"status":503,"times":2}""", System.Text.Encoding.UTF8, "application/json");
        await patient.Client.PostAsync("/emulator/faults", fault);
        await patient.RegisterAsync(Address);

        Assert.Single(await patient.WaitForMailsAsync(Address, 1));
    }

    [Fact, Holds("B8")]
    public void A_job_carries_ids_only_and_stays_small()
    {
        var json = JsonSerializer.Serialize(new EmailJob(EmailKind.Registration, new string('a', 64), new string('b', 32), app.Time.GetUtcNow()), AccountJson.Default.EmailJob);

        Assert.Equal(
            ["kind", "address_key", "id", "issued", "waits", "version"], JsonDocument.Parse(json).RootElement.EnumerateObject().Select(member => member.Name));
        Assert.True(json.Length < 1024);
    }

    private async Task<TableEntity> PendingAsync() =>
        (await app.RowsAsync("Addresses")).Single(row => row.RowKey.StartsWith("pending-", StringComparison.Ordinal));

    private async Task<EmailJob> JobAsync()
    {
        var row = await PendingAsync();
        return new EmailJob(EmailKind.Registration, row.PartitionKey, row.RowKey["pending-".Length..], row.GetDateTimeOffset("Issued")!.Value);
    }

    private async Task EnqueueAsync(EmailJob job) => await app.Queue("email-jobs").SendMessageAsync(JsonSerializer.Serialize(job, AccountJson.Default.EmailJob));

    private async Task WaitForLogAsync(string line)
    {
        for (var tries = 0; !app.Logs.Text.Contains(line, StringComparison.Ordinal); tries++)
        {
            Assert.True(tries < 400, $"not logged: {line}");
            await Task.Delay(25);
        }
    }
}
