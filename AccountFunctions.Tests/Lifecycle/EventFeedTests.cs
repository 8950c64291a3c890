using System.Net;
using System.Text.Json;
using AccountFunctions.Lifecycle;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Operations;

namespace AccountFunctions.Tests.Lifecycle;

/// <summary>What other services hear of accounts.</summary>
public sealed class EventFeedTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private readonly List<JsonElement> heard = [];

    private string Address { get; } = NewAddress();

    protected override Task<TestApp> StartAsync(string storage) => ImpatientApp.StartAsync(storage, settings: new()
    {
        ["Accounts:PublishEvents"] = "true",
        ["Accounts:Administrators"] = "admin@example.com",
        ["Admin:RequireSecondFactor"] = "false",
    });

    [Fact, Holds("K5")]
    public async Task Other_services_hear_of_the_life_of_an_account_by_ids_only()
    {
        var login = await App.SignInAsync(Address);
        var (access, id) = (login.GetProperty("access").GetString()!, await App.IdOfAsync(Address));
        await App.PostAsync("details", new { first_name = "Grace" }, access);
        await App.PostAsync("details", new { first_name = "Grace" }, access);
        await App.PostAsync("password", new { password = TestApp.Password, new_password = "green tractor 78" }, access);
        access = (await App.LoginAsync(Address, "green tractor 78")).Data.GetProperty("access").GetString()!;
        await App.PostAsync("logout", new { }, access);
        await HearAsync(6);

        Assert.Equal(
            ["account.activated", "account.password_changed", "account.updated", "session.created", "session.created",
                "session.ended"],
            heard.Select(TypeOf).Order(StringComparer.Ordinal));
        Assert.Equal(
            heard.Select(one => one.GetProperty("time").GetDateTimeOffset()),
            heard.Select(one => one.GetProperty("time").GetDateTimeOffset()).Order());
        Assert.All(heard, one =>
        {
            Assert.Equal("1.0", one.GetProperty("specversion").GetString());
            Assert.Equal("http://localhost:7071/api", one.GetProperty("source").GetString());
            Assert.Equal(id, one.GetProperty("subject").GetString());
            Assert.Equal(id, one.GetProperty("data").GetProperty("account_id").GetString());
            Assert.Matches("^[0-9]{19}$", one.GetProperty("sequence").GetString());
            Assert.DoesNotContain("example.com", one.GetProperty("data").GetRawText(), StringComparison.Ordinal);
            Assert.DoesNotContain("Grace", one.GetRawText(), StringComparison.Ordinal);
        });
    }

    [Fact, Holds("K5")]
    public async Task The_acts_of_administrators_and_the_end_of_an_account_are_told()
    {
        var admin = (await App.SignInAsync("admin@example.com")).GetProperty("access").GetString()!;
        await App.ActivateAsync(Address);
        var id = await App.IdOfAsync(Address);
        await App.PostAsync($"admin/accounts/{id}", new { disabled = true }, admin);
        await App.PostAsync($"admin/accounts/{id}", new { disabled = false }, admin);
        Assert.Equal(HttpStatusCode.OK, (await App.DeleteAsync($"admin/accounts/{id}?now=true", admin)).Status);
        App.Time.Advance(TimeSpan.FromMinutes(2));
        await HearAsync(6);
        var purger = App.Services.GetRequiredService<AccountPurger>();
        for (var i = 0; i < 2; i++)
        {
            await purger.HandleAsync(new AccountPurge(id, App.Time.GetUtcNow()), default);
            App.Time.Advance(TimeSpan.FromMinutes(1));
        }

        await HearAsync(7, "account.deleted");
        var told = heard.FindAll(one => one.GetProperty("subject").GetString() == id);
        Assert.Equal(
            ["account.activated", "account.deleted", "account.deletion_requested", "account.disabled", "account.enabled"],
            told.Select(TypeOf).Distinct().Order(StringComparer.Ordinal));
        var by = await App.IdOfAsync("admin@example.com");
        Assert.All(
            told.Where(one => TypeOf(one) is "account.disabled" or "account.enabled" or "account.deletion_requested"),
            one => Assert.Equal(by, one.GetProperty("data").GetProperty("by").GetString()));
        Assert.Single(told.Where(one => TypeOf(one) == "account.deleted").Select(one => one.GetProperty("id").GetString()).Distinct());
    }

    [Fact, Holds("K5")]
    public async Task A_change_that_was_never_made_is_not_told_and_its_job_ends()
    {
        var (feed, jobs) = (App.Services.GetRequiredService<EventFeed>(), App.Queue(QueueNames.HousekeepingJobs));
        await App.ActivateAsync(Address);
        var id = await App.IdOfAsync(Address);
        await HearAsync(1);
        await jobs.ClearMessagesAsync();
        var never = AccountNews.Of(id, "disabled", App.Time.GetUtcNow());
        await feed.HandleAsync(never, default);
        await feed.HandleAsync(AccountNews.Of(id, "deleted", never.Time), default);
        Assert.Equal(2, (await jobs.GetPropertiesAsync()).Value.ApproximateMessagesCount);
        await jobs.ClearMessagesAsync();
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await feed.HandleAsync(never, default);
        await feed.HandleAsync(AccountNews.Of(id, "deleted", never.Time), default);

        Assert.Equal(0, (await jobs.GetPropertiesAsync()).Value.ApproximateMessagesCount);
        Assert.Empty((await App.Queue(QueueNames.AccountEvents).PeekMessagesAsync()).Value);
    }

    [Fact, Holds("K5")]
    public async Task Operators_publish_the_history_again_under_the_same_ids()
    {
        await App.SignInAsync(Address);
        await HearAsync(2);
        App.Time.Advance(TimeSpan.FromHours(1));
        var since = App.Time.GetUtcNow();
        await App.LoginAsync(Address);
        await HearAsync(3);
        var first = heard.Select(one => one.GetRawText()).Order(StringComparer.Ordinal).ToList();
        heard.Clear();
        Assert.Equal("3 events published\n", await PublishAsync("since", "2020-01-01"));
        await HearAsync(3);
        Assert.Equal(first, heard.Select(one => one.GetRawText()).Order(StringComparer.Ordinal));

        Assert.Equal("1 events published\n", await PublishAsync("since", $"{since:O}"));
        Assert.Equal(EventsCommand.Usage + "\n", await PublishAsync("since", "yesterday"));
    }

    [Fact, Holds("K5")]
    public async Task Without_the_setting_nothing_is_told()
    {
        await using var quiet = await TestApp.StartAsync(NewStorage());
        await quiet.SignInAsync(Address);
        quiet.Time.Advance(TimeSpan.FromMinutes(1));
        await quiet.DrainAsync();

        Assert.Empty((await quiet.Queue(QueueNames.AccountEvents).PeekMessagesAsync()).Value);
    }

    [Fact]
    public void The_types_of_events_never_change() => Assert.Equal(
        [
            "account.activated", "account.deletion_requested", "account.disabled", "account.email_changed", "account.enabled",
            "account.imported", "account.invited", "account.password_changed", "account.restored", "account.updated",
            "session.created", "session.ended",
        ],
        Act.All.Select(act => act.Feed).OfType<string>().Distinct().Order(StringComparer.Ordinal));

    private static string TypeOf(JsonElement one) => one.GetProperty("type").GetString()!;

    private async Task<string> PublishAsync(params string[] args)
    {
        using var output = new StringWriter { NewLine = "\n" };
        await ActivatorUtilities.CreateInstance<EventsCommand>(App.Services, output).RunAsync(args, default);
        return output.ToString();
    }

    /// <summary>Takes events from the queue until there are so many, and this one among them.</summary>
    private async Task HearAsync(int count, string? type = null)
    {
        App.Time.Advance(TimeSpan.FromSeconds(2));
        var queue = App.Queue(QueueNames.AccountEvents);
        await Eventually.TrueAsync(
            async () =>
            {
                foreach (var message in (await queue.ReceiveMessagesAsync(32)).Value)
                {
                    // What happens twice in one instant, as it does under the clock of a test, is told twice.
                    var one = JsonDocument.Parse(message.Body).RootElement;
                    if (!heard.Exists(other => other.GetProperty("id").GetString() == one.GetProperty("id").GetString()))
                    {
                        heard.Add(one);
                    }

                    await queue.DeleteMessageAsync(message.MessageId, message.PopReceipt);
                }

                return heard.Count >= count && (type is null || heard.Exists(one => TypeOf(one) == type));
            },
            () => $"Heard {string.Join(", ", heard.Select(TypeOf))}.\n{App.Logs.Text}");
        heard.Sort((one, other) => string.CompareOrdinal(
            one.GetProperty("sequence").GetString(), other.GetProperty("sequence").GetString()));
    }
}
