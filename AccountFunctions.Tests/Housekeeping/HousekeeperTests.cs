using System.Net;
using AccountFunctions.Storage;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace AccountFunctions.Tests.Housekeeping;

public sealed class HousekeeperTests(AzuriteFixture azurite) : IAsyncLifetime
{
    private const string Address = "ada@example.com";
    private TestApp app = null!;

    public async ValueTask InitializeAsync() => app = await ImpatientApp.StartAsync(azurite.NewStorage());

    public ValueTask DisposeAsync() => app.DisposeAsync();

    [Fact, Holds("I4")]
    public async Task Nothing_is_left_of_a_registration_that_nobody_activates()
    {
        await app.RegisterAsync(Address);
        await app.PostAsync("activate", new { username = Address, code = "000000" });
        await app.WaitForMailsAsync(Address, 1);
        app.Time.Advance(TimeSpan.FromHours(25) - TimeSpan.FromSeconds(1));
        await Task.Delay(1500);
        Assert.Equal(["guard", "mail", "pending"], await KindsAsync("Addresses"));

        app.Time.Advance(TimeSpan.FromSeconds(2));
        await WaitForAsync("Addresses");
        await WaitForAsync("Accounts");
    }

    [Fact]
    public async Task Nothing_is_left_of_a_code_for_an_address_that_nobody_knows()
    {
        await app.PostAsync("code", new { username = Address });
        app.Time.Advance(TimeSpan.FromDays(2));

        await WaitForAsync("Addresses");
    }

    [Fact]
    public async Task Failed_sign_ins_are_forgotten_a_month_after_the_last_one()
    {
        await app.LoginAsync(Address, "a wrong password");
        app.Time.Advance(TimeSpan.FromDays(20));
        await app.LoginAsync(Address, "a wrong password");
        app.Time.Advance(TimeSpan.FromDays(29));
        await Task.Delay(1500);
        Assert.Equal(["guard"], await KindsAsync("Addresses"));

        app.Time.Advance(TimeSpan.FromDays(2));
        await WaitForAsync("Addresses");
    }

    [Fact]
    public async Task Mails_do_not_end_the_memory_of_failures_and_failures_do_not_end_that_of_mails()
    {
        await app.RegisterAsync(Address);
        await app.WaitForMailsAsync(Address, 1);
        await app.LoginAsync(Address, "a wrong password");
        app.Time.Advance(TimeSpan.FromDays(2));
        await WaitForAsync("Addresses", "guard");

        app.Time.Advance(TimeSpan.FromDays(27));
        await app.PostAsync("code", new { username = Address });
        app.Time.Advance(TimeSpan.FromHours(23.5));
        await Task.Delay(1500);
        Assert.Contains("guard", await KindsAsync("Addresses"));

        app.Time.Advance(TimeSpan.FromDays(2));
        await WaitForAsync("Addresses");
    }

    [Fact]
    public async Task Of_an_account_only_itself_and_its_recent_history_stay()
    {
        await app.SignInAsync(Address);
        await app.PostAsync("code", new { username = Address });
        var code = await app.NextCodeAsync(Address, 2);
        Assert.Equal(
            HttpStatusCode.OK, (await app.PostAsync("forgot", new { username = Address, code, new_password = "green tractor 78" })).Status);
        await app.LoginAsync(Address, "green tractor 78");
        await app.WaitForMailsAsync(Address, 3);
        app.Time.Advance(TimeSpan.FromDays(2));
        await WaitForAsync("Addresses", "account");

        // The session that the reset ended is gone, the one opened afterwards goes on.
        await WaitForAsync("Accounts", "account", "event", "event", "event", "event", "session");
        app.Time.Advance(TimeSpan.FromDays(20));
        await WaitForAsync("Accounts", "account", "event", "event", "event", "event");
    }

    [Fact]
    public async Task The_sessions_of_an_account_are_followed_for_as_long_as_it_is_used()
    {
        await app.SignInAsync(Address);
        app.Time.Advance(TimeSpan.FromDays(2));
        await WaitForAsync("Addresses", "account");
        app.Time.Advance(TimeSpan.FromDays(20));
        await WaitForAsync("Accounts", "account", "event", "event");

        await app.LoginAsync(Address);
        app.Time.Advance(TimeSpan.FromDays(10));
        await app.LoginAsync(Address);
        app.Time.Advance(TimeSpan.FromDays(6));
        await WaitForAsync("Accounts", "account", "event", "event", "event", "event", "session");
        app.Time.Advance(TimeSpan.FromDays(20));
        await WaitForAsync("Accounts", "account", "event", "event", "event", "event");
    }

    [Fact]
    public async Task History_reaches_back_a_year()
    {
        await app.SignInAsync(Address);
        app.Time.Advance(TimeSpan.FromDays(364));
        await app.LoginAsync(Address);
        app.Time.Advance(TimeSpan.FromDays(2));
        await Task.Delay(1500);
        app.Time.Advance(TimeSpan.FromDays(20));

        await WaitForAsync("Accounts", "account", "event");
    }

    [Fact]
    public async Task An_account_whose_activation_was_cut_off_goes_with_its_registration()
    {
        await app.RegisterAsync(Address);
        await app.WaitForMailsAsync(Address, 1);
        var pending = (await app.RowsAsync("Addresses")).Single(row => row.RowKey.StartsWith("pending-", StringComparison.Ordinal));
        var id = pending.RowKey["pending-".Length..];
        await app.Table("Accounts").AddEntityAsync(new TableEntity(id, "account") { ["Username"] = Address });
        await app.Table("Accounts").AddEntityAsync(new TableEntity(id, "event-1"));
        app.Time.Advance(TimeSpan.FromDays(2));

        await WaitForAsync("Accounts");
    }

    [Fact, Holds("G6")]
    public async Task A_job_that_names_the_account_of_another_address_removes_nothing()
    {
        await app.SignInAsync(Address);
        var account = (await app.RowsAsync("Accounts")).Single(row => row.RowKey == "account").PartitionKey;
        var forged = new AddressSweep(new string('a', 64), app.Time.GetUtcNow(), account);
        var before = (await app.Queue(QueueNames.HousekeepingJobs).GetPropertiesAsync()).Value.ApproximateMessagesCount;
        await EnqueueAsync(forged);
        await TestApp.WaitForLengthAsync(app.Queue(QueueNames.HousekeepingJobs), before);

        Assert.Equal(HttpStatusCode.OK, (await app.LoginAsync(Address)).Status);
    }

    [Fact]
    public async Task More_rows_than_a_batch_takes_are_removed()
    {
        var key = new string('b', 64);
        foreach (var number in Enumerable.Range(0, 130))
        {
            await app.Table("Addresses")
                .AddEntityAsync(new TableEntity(key, $"mail-{number}") { ["Expires"] = app.Time.GetUtcNow(), ["Sent"] = true });
        }

        await EnqueueAsync(new AddressSweep(key, app.Time.GetUtcNow()));

        await WaitForAsync("Addresses");
    }

    [Fact]
    public async Task The_windows_of_networks_go_some_minutes_later()
    {
        var throttles = app.Table("Throttles");
        await throttles.AddEntityAsync(new TableEntity("192.0.2.1", "1700000000"));
        foreach (var last in Enumerable.Range(1, 3))
        {
            await app.PostAsync("code", new { username = Address }, from: $"192.0.2.{last}");
        }

        app.Time.Advance(TimeSpan.FromMinutes(3));
        await app.PostAsync("code", new { username = Address }, from: "192.0.2.9");

        await WaitForNetworksAsync("192.0.2.9");
    }

    [Fact]
    public async Task The_last_windows_of_an_instance_that_stops_are_swept_by_another()
    {
        await using (
            var other = await ImpatientApp.StartAsync(app.Storage, new FakeTimeProvider(app.Time.GetUtcNow() - TimeSpan.FromMinutes(5))))
        {
            await other.PostAsync("activate", new { }, from: "192.0.2.5");
            await WaitForNetworksAsync("192.0.2.5");
        }

        await WaitForNetworksAsync();
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("{}")]
    [InlineData("""{"kind":"dust","due":"2026-11-23T12:00:00Z"}""")]
    [InlineData("""{"kind":"address_sweep","due":"2026-11-23T12:00:00Z"}""")]
    public async Task A_message_that_is_no_job_is_put_aside_at_once(string message)
    {
        await app.Queue(QueueNames.HousekeepingJobs).SendMessageAsync(message);

        await TestApp.WaitForLengthAsync(app.Queue(QueueNames.HousekeepingJobsPoison), 1);
    }

    private Task EnqueueAsync(HousekeepingJob job) => app.Services.GetRequiredService<HousekeepingQueue>().EnqueueAsync(job, default);

    /// <summary>Waits until the table has these rows and no others; the quota of mails always stays.</summary>
    private async Task WaitForAsync(string table, params string[] kinds)
    {
        for (var tries = 0; !(await KindsAsync(table)).SequenceEqual(kinds); tries++)
        {
            Assert.True(tries < 600, $"{table} has {string.Join(' ', await KindsAsync(table))}");
            await Task.Delay(50);
        }
    }

    private async Task WaitForNetworksAsync(params string[] networks)
    {
        for (var tries = 0; !(
            await app.RowsAsync("Throttles")).Select(row => row.PartitionKey).Where(key => key != "email").SequenceEqual(networks); tries++)
        {
            Assert.True(tries < 600, "the windows stay");
            await Task.Delay(50);
        }
    }

    private async Task<IEnumerable<string>> KindsAsync(string table) =>
        (await app.RowsAsync(table)).Select(row => row.RowKey.Split('-')[0]).Order(StringComparer.Ordinal);
}
