using System.Net;
using System.Reflection;
using System.Text.Json.Serialization;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Jobs;
using Azure.Data.Tables;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace AccountFunctions.Tests.Lifecycle;

public sealed class HousekeeperTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Address = "ada@example.com";

    protected override Task<TestApp> StartAsync(string storage) => ImpatientApp.StartAsync(storage);

    [Fact, Holds("I4")]
    public async Task Nothing_is_left_of_a_registration_that_nobody_activates()
    {
        await App.RegisterAsync(Address);
        await App.PostAsync("activate", new { username = Address, code = "000000" });
        await App.WaitForMailsAsync(Address, 1);
        App.Time.Advance(TimeSpan.FromHours(25) - TimeSpan.FromSeconds(1));
        await WaitForJobsAsync();
        Assert.Equal(["guard", "mail", "pending"], await KindsAsync("Addresses"));

        App.Time.Advance(TimeSpan.FromSeconds(2));
        await WaitForAsync("Addresses");
        await WaitForAsync("Accounts");
    }

    [Fact]
    public async Task Nothing_is_left_of_a_code_for_an_address_that_nobody_knows()
    {
        await App.PostAsync("code", new { username = Address });
        App.Time.Advance(TimeSpan.FromDays(2));

        await WaitForAsync("Addresses");
    }

    [Fact]
    public async Task Failed_sign_ins_are_forgotten_a_month_after_the_last_one()
    {
        await App.LoginAsync(Address, "a wrong password");
        App.Time.Advance(TimeSpan.FromDays(20));
        await App.LoginAsync(Address, "a wrong password");
        App.Time.Advance(TimeSpan.FromDays(29));
        await WaitForJobsAsync();
        Assert.Equal(["guard"], await KindsAsync("Addresses"));

        App.Time.Advance(TimeSpan.FromDays(2));
        await WaitForAsync("Addresses");
    }

    [Fact]
    public async Task Mails_do_not_end_the_memory_of_failures_and_failures_do_not_end_that_of_mails()
    {
        await App.RegisterAsync(Address);
        await App.WaitForMailsAsync(Address, 1);
        await App.LoginAsync(Address, "a wrong password");
        App.Time.Advance(TimeSpan.FromDays(2));
        await WaitForAsync("Addresses", "guard");

        App.Time.Advance(TimeSpan.FromDays(27));
        await App.PostAsync("code", new { username = Address });
        App.Time.Advance(TimeSpan.FromHours(23.5));
        await WaitForJobsAsync();
        Assert.Contains("guard", await KindsAsync("Addresses"));

        App.Time.Advance(TimeSpan.FromDays(2));
        await WaitForAsync("Addresses");
    }

    [Fact]
    public async Task Only_the_account_its_recent_history_and_its_devices_stay()
    {
        await App.SignInAsync(Address);
        await App.PostAsync("code", new { username = Address });
        var code = await App.NextCodeAsync(Address, 2);
        Assert.Equal(
            HttpStatusCode.OK, (await App.PostAsync("forgot", new { username = Address, code, new_password = "green tractor 78" })).Status);
        await App.LoginAsync(Address, "green tractor 78");
        await App.WaitForMailsAsync(Address, 3);

        // A notice is remembered for three days.
        App.Time.Advance(TimeSpan.FromDays(4));
        await WaitForAsync("Addresses", "account");

        // The session that the reset ended is gone, the one opened afterwards goes on.
        await WaitForAsync("Accounts", "account", "event", "event", "event", "event", "session", "sign", "trusted");
        App.Time.Advance(TimeSpan.FromDays(20));
        await WaitForAsync("Accounts", "account", "event", "event", "event", "event", "sign", "trusted");
    }

    [Fact]
    public async Task The_sessions_of_an_account_are_followed_for_as_long_as_it_is_used()
    {
        await App.SignInAsync(Address);
        App.Time.Advance(TimeSpan.FromDays(2));
        await WaitForAsync("Addresses", "account");
        App.Time.Advance(TimeSpan.FromDays(20));
        await WaitForAsync("Accounts", "account", "event", "event", "sign", "trusted");

        await App.LoginAsync(Address);
        App.Time.Advance(TimeSpan.FromDays(10));
        await App.LoginAsync(Address);
        App.Time.Advance(TimeSpan.FromDays(6));
        await WaitForAsync("Accounts", "account", "event", "event", "event", "event", "session", "sign", "trusted", "trusted", "trusted");
        App.Time.Advance(TimeSpan.FromDays(20));
        await WaitForAsync("Accounts", "account", "event", "event", "event", "event", "sign", "trusted", "trusted", "trusted");
    }

    [Fact]
    public async Task History_reaches_back_a_year()
    {
        await App.SignInAsync(Address);
        App.Time.Advance(TimeSpan.FromDays(364));
        await App.LoginAsync(Address);
        App.Time.Advance(TimeSpan.FromDays(2));
        await WaitForJobsAsync();
        App.Time.Advance(TimeSpan.FromDays(20));

        await WaitForAsync("Accounts", "account", "event", "sign", "trusted");
    }

    [Fact]
    public async Task An_interrupted_activation_is_removed_with_its_registration()
    {
        await App.RegisterAsync(Address);
        await App.WaitForMailsAsync(Address, 1);
        var pending = (await App.RowsAsync("Addresses")).Single(row => row.RowKey.StartsWith("pending-", StringComparison.Ordinal));
        var id = pending.RowKey["pending-".Length..];
        await App.Table("Accounts").AddEntityAsync(new TableEntity(id, "account") { ["Username"] = Address });
        await App.Table("Accounts").AddEntityAsync(new TableEntity(id, "event-1"));
        App.Time.Advance(TimeSpan.FromDays(2));

        await WaitForAsync("Accounts");
    }

    [Fact, Holds("G6")]
    public async Task A_job_with_the_account_of_another_address_removes_nothing()
    {
        await App.SignInAsync(Address);
        var account = (await App.RowsAsync("Accounts")).Single(row => row.RowKey == "account").PartitionKey;
        var forged = new AddressSweep(new string('a', 64), App.Time.GetUtcNow(), account);
        var before = (await App.Queue(QueueNames.HousekeepingJobs).GetPropertiesAsync()).Value.ApproximateMessagesCount;
        await EnqueueAsync(forged);
        await TestApp.WaitForLengthAsync(App.Queue(QueueNames.HousekeepingJobs), before);

        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address)).Status);
    }

    [Fact]
    public async Task More_rows_than_a_batch_takes_are_removed()
    {
        var key = new string('b', 64);
        foreach (var number in Enumerable.Range(0, 130))
        {
            await App.Table("Addresses")
                .AddEntityAsync(new TableEntity(key, $"mail-{number}") { ["Expires"] = App.Time.GetUtcNow(), ["Sent"] = true });
        }

        await EnqueueAsync(new AddressSweep(key, App.Time.GetUtcNow()));

        await WaitForAsync("Addresses");
    }

    [Fact]
    public async Task The_windows_of_networks_go_some_minutes_later()
    {
        var throttles = App.Table("Throttles");
        await throttles.AddEntityAsync(new TableEntity("192.0.2.1", "1700000000"));
        foreach (var last in Enumerable.Range(1, 3))
        {
            await App.PostAsync("code", new { username = Address }, from: $"192.0.2.{last}");
        }

        App.Time.Advance(TimeSpan.FromMinutes(3));
        await App.PostAsync("code", new { username = Address }, from: "192.0.2.9");

        await WaitForNetworksAsync("192.0.2.9");
    }

    [Fact]
    public async Task The_last_windows_of_an_instance_that_stops_are_swept_by_another()
    {
        await using (
            var other = await ImpatientApp.StartAsync(App.Storage, new FakeTimeProvider(App.Time.GetUtcNow() - TimeSpan.FromMinutes(5))))
        {
            await other.PostAsync("activate", new { }, from: "192.0.2.5");
            await WaitForNetworksAsync("192.0.2.5");
        }

        await WaitForNetworksAsync();
    }

    [Fact]
    public void Every_type_of_job_has_a_name_in_the_queue_and_exactly_one_handler()
    {
        var types = typeof(HousekeepingJob).Assembly.GetTypes().Where(type => type.IsSubclassOf(typeof(HousekeepingJob))).ToList();
        var named = typeof(HousekeepingJob).GetCustomAttributes<JsonDerivedTypeAttribute>().Select(name => name.DerivedType);
        var handled = App.Services.GetServices<JobRoute>().Select(route => route.Job);

        Assert.Equal(types.Select(type => type.Name).Order(), named.Select(type => type.Name).Order());
        Assert.Equal(types.Select(type => type.Name).Order(), handled.Select(type => type.Name).Order());
    }

    [Theory]
    [InlineData("no json")]
    [InlineData("sealed.AAAA")]
    [InlineData("{}")]
    [InlineData("""{"kind":"dust","due":"2026-11-23T12:00:00Z"}""")]
    [InlineData("""{"kind":"address_sweep","due":"2026-11-23T12:00:00Z"}""")]
    public async Task A_malformed_message_goes_to_poison_at_once(string message)
    {
        await App.Queue(QueueNames.HousekeepingJobs).SendMessageAsync(message);

        await TestApp.WaitForLengthAsync(App.Queue(QueueNames.HousekeepingJobsPoison), 1);
    }

    // Waits until every due job is done. This app hides a job for at most a second, and the sentinel job for exactly that.
    private async Task WaitForJobsAsync()
    {
        var now = App.Time.GetUtcNow();
        var last = new TableEntity(new string('f', 64), "mail-last") { ["Expires"] = now, ["Sent"] = true };
        await App.Table("Addresses").AddEntityAsync(last);
        await App.Queue(QueueNames.HousekeepingJobs).SendMessageAsync(
            $$"""{"kind":"address_sweep","address_key":"{{last.PartitionKey}}","due":"{{now:O}}"}""", TimeSpan.FromSeconds(1));
        await Eventually.TrueAsync(
            async () => !(await App.Table("Addresses").GetEntityIfExistsAsync<TableEntity>(last.PartitionKey, last.RowKey)).HasValue,
            () => "The sentinel job is never done.");
    }

    private Task EnqueueAsync(HousekeepingJob job) => App.Services.GetRequiredService<HousekeepingQueue>().EnqueueAsync(job, default);

    /// <summary>Waits until the table has these rows and no others; the quota of mails always stays.</summary>
    private async Task WaitForAsync(string table, params string[] kinds)
    {
        string[] found = [];
        await Eventually.TrueAsync(
            async () => (found = [.. await KindsAsync(table)]).SequenceEqual(kinds), () => $"{table} has {string.Join(' ', found)}.");
    }

    private Task WaitForNetworksAsync(params string[] networks) => Eventually.TrueAsync(
        async () => (await App.RowsAsync("Throttles")).Select(row => row.PartitionKey).Where(key => key != "email").SequenceEqual(networks),
        () => "The windows stay.");

    private async Task<IEnumerable<string>> KindsAsync(string table) =>
        (await App.RowsAsync(table)).Select(row => row.RowKey.Split('-')[0]).Order(StringComparer.Ordinal);
}
