using System.Diagnostics.Metrics;
using AccountFunctions.Email;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Changes;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Throttles;
using AccountFunctions.Telemetry;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace AccountFunctions.Tests.Email;

public sealed class EmailQuotaTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero));
    private TableServiceClient tables = null!;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        tables = new TableServiceClient(azurite.NewStorage());
        await tables.CreateTableIfNotExistsAsync(TableNames.Throttles);
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory, Holds("C4")]
    [InlineData(30, 1000, 1)]
    [InlineData(30, 1000, 2)]
    [InlineData(600, 100_000, 3)]
    public async Task No_minute_holds_more_mails_than_the_quota_however_many_instances_send(int perMinute, int perHour, int instances)
    {
        var quotas = Enumerable.Range(0, instances).Select(_ => NewQuota(perMinute, perHour)).ToList();
        var sent = new List<DateTimeOffset>();
        for (var second = 0; second < 200; second++, time.Advance(TimeSpan.FromSeconds(1)))
        {
            var turns = await Task.WhenAll(
                Enumerable.Range(0, perMinute / 5).Select(i => quotas[i % instances].TakeAsync(EmailPriority.Security, Stop)));
            sent.AddRange(turns.Where(wait => wait == TimeSpan.Zero).Select(_ => time.GetUtcNow()));
        }

        var most = sent.Max(end => sent.Count(other => other <= end && other > end - TimeSpan.FromMinutes(1)));
        Assert.InRange(most, perMinute * 9 / 10, perMinute);
        Assert.InRange(sent.Count, perMinute * 2, perMinute * 4);
    }

    [Fact]
    public async Task No_hour_holds_more_mails_than_the_quota_and_the_wait_is_told()
    {
        var quota = NewQuota(30, 100);
        var sent = new List<DateTimeOffset>();
        while (time.GetUtcNow() < new DateTimeOffset(2026, 11, 23, 15, 0, 0, TimeSpan.Zero))
        {
            var wait = await quota.TakeAsync(EmailPriority.Security, Stop);
            if (wait == TimeSpan.Zero)
            {
                sent.Add(time.GetUtcNow());
            }

            time.Advance(wait == TimeSpan.Zero ? TimeSpan.FromSeconds(1) : wait);
        }

        Assert.Equal(100, sent.Max(end => sent.Count(other => other <= end && other > end - TimeSpan.FromHours(1))));
        Assert.InRange(sent.Count, 200, 300);
    }

    [Fact]
    public async Task Unused_reservations_are_given_back()
    {
        var quota = NewQuota(6000, 8000);
        for (var mail = 0; mail < 700; mail++, time.Advance(TimeSpan.FromSeconds(5)))
        {
            Assert.Equal(TimeSpan.Zero, await quota.TakeAsync(EmailPriority.Information, Stop));
        }

        var row = await tables.GetTableClient(TableNames.Throttles).GetEntityAsync<TableEntity>("email", "quota", cancellationToken: Stop);
        Assert.InRange(new SlidingWindow(TimeSpan.FromHours(1), time.GetUtcNow(), row.Value.GetString("Hour")).Count, 700, 711);
    }

    [Fact, Holds("C10")]
    public async Task Less_important_mails_leave_room_for_more_important_ones()
    {
        var quota = NewQuota(100, 100_000);
        async Task<int> TakeAllAsync(EmailPriority priority)
        {
            var taken = 0;
            while (await quota.TakeAsync(priority, Stop) == TimeSpan.Zero)
            {
                taken++;
            }

            return taken;
        }

        Assert.Equal(70, await TakeAllAsync(EmailPriority.Information));
        Assert.Equal(20, await TakeAllAsync(EmailPriority.Activation));
        Assert.Equal(5, await TakeAllAsync(EmailPriority.Reset));
        Assert.Equal(5, await TakeAllAsync(EmailPriority.Security));
        Assert.InRange(await quota.TakeAsync(EmailPriority.Information, Stop), TimeSpan.FromSeconds(55), TimeSpan.FromSeconds(65));
    }

    [Fact]
    public async Task A_mail_over_the_quota_is_postponed_and_leaves_when_there_is_room()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage(), new() { ["Email:PerMinute"] = "1" });
        await app.PostAsync("register", new { username = "ada@example.com", password1 = TestApp.Password, password2 = TestApp.Password });
        await app.WaitForMailsAsync("ada@example.com", 1);
        await app.PostAsync("register", new { username = "bob@example.com", password1 = TestApp.Password, password2 = TestApp.Password });
        await app.WaitForLogAsync("postponed: the quota is used up for the moment");
        Assert.Empty(await app.MailsAsync("bob@example.com"));

        // The copy is hidden by the service's clock, so the test delivers the job itself.
        var row = (await app.RowsAsync("Addresses")).Single(row => row.GetString("Username") == "bob@example.com");
        var job = new EmailJob(
            MailKind.Registration, row.PartitionKey, row.RowKey["pending-".Length..], row.GetDateTimeOffset("Issued")!.Value);
        app.Time.Advance(TimeSpan.FromSeconds(65));
        await app.Services.GetRequiredService<EmailOutbox>().EnqueueAsync(job, TimeSpan.Zero, Stop);
        await app.WaitForMailsAsync("bob@example.com", 1);
    }

    private EmailQuota NewQuota(int perMinute, int perHour) => new(
        new ThrottleStore(tables, new ChangeLoop(new KeyedTurns())),
        Options.Create(new EmailOptions { PerMinute = perMinute, PerHour = perHour }),
        new AccountMetrics(new Meter(AccountMetrics.MeterName)),
        time);
}
