using System.Net;
using AccountFunctions.Contract.Fields;
using Azure.Data.Tables;

namespace AccountFunctions.Tests.Security;

/// <summary>The throttles as a client meets them, with one and with two apps on one storage.</summary>
public sealed class ThrottleTests(AzuriteFixture azurite)
{
    private const string Address = "ada@example.com";
    private const string Wrong = "a wrong password";

    [Theory, Holds("A3", "C1")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Five_failures_are_answered_and_each_further_one_doubles_the_delay(bool known)
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        if (known)
        {
            await app.ActivateAsync(Address);
        }

        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("invalid_credentials", (await app.LoginAsync(Address, Wrong)).Message);
        }

        foreach (var delay in new[] { 30, 60, 120, 240, 480, 900, 900 })
        {
            var delayed = await app.LoginAsync(Address, Wrong);
            Assert.Equal(
                (HttpStatusCode.TooManyRequests, "throttled", $"{delay}"),
                (delayed.Status, delayed.Message, delayed.Headers["Retry-After"]));
            app.Time.Advance(TimeSpan.FromSeconds(delay));
            Assert.Equal("invalid_credentials", (await app.LoginAsync(Address, Wrong)).Message);
        }
    }

    [Fact, Holds("C2")]
    public async Task The_right_password_gets_the_same_429_during_a_delay_and_afterwards_ends_the_count()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        await app.ActivateAsync(Address);
        for (var i = 0; i < 5; i++)
        {
            await app.LoginAsync(Address, Wrong);
        }

        var wrong = await app.LoginAsync(Address, Wrong);
        var right = await app.LoginAsync(Address);
        Assert.Equal((wrong.Status, wrong.Text, wrong.Headers["Retry-After"]), (right.Status, right.Text, right.Headers["Retry-After"]));

        app.Time.Advance(TimeSpan.FromSeconds(30));
        Assert.Equal(HttpStatusCode.OK, (await app.LoginAsync(Address)).Status);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("invalid_credentials", (await app.LoginAsync(Address, Wrong)).Message);
        }
    }

    [Fact, Holds("C1")]
    public async Task Failures_outside_the_window_do_not_count()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal("invalid_credentials", (await app.LoginAsync(Address, Wrong)).Message);
            app.Time.Advance(TimeSpan.FromSeconds(76));
        }
    }

    [Fact, Holds("C1")]
    public async Task After_a_hundred_failures_in_a_row_only_a_reset_helps()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        await app.ActivateAsync(Address);
        for (var i = 0; i < 100; i++)
        {
            Assert.Equal("invalid_credentials", (await app.LoginAsync(Address, Wrong)).Message);
            app.Time.Advance(TimeSpan.FromMinutes(15));
        }

        app.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await app.LoginAsync(Address)).Status);
        await app.PostAsync("code", new { username = Address });
        var code = await app.NextCodeAsync(Address, mails: 2);
        Assert.Equal(
            HttpStatusCode.OK, (await app.PostAsync("forgot", new { username = Address, code, new_password = "green tractor 78" })).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.LoginAsync(Address, "green tractor 78")).Status);
    }

    [Fact, Holds("C1")]
    public async Task The_lock_after_a_hundred_failures_ends_a_month_after_the_last_one_even_if_nobody_swept_it()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        await app.ActivateAsync(Address);
        var key = EmailAddress.KeyOf(Address);
        var guard = (await app.Table("Addresses").GetEntityAsync<TableEntity>(key, "guard")).Value;
        (guard["Failures"], guard["LockedUntil"]) = (100, app.Time.GetUtcNow());
        await app.Table("Addresses").UpdateEntityAsync(guard, guard.ETag);

        app.Time.Advance(TimeSpan.FromDays(29));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await app.LoginAsync(Address)).Status);
        app.Time.Advance(TimeSpan.FromDays(1));
        Assert.Equal("invalid_credentials", (await app.LoginAsync(Address, Wrong)).Message);
        Assert.Equal(1, (await app.Table("Addresses").GetEntityAsync<TableEntity>(key, "guard")).Value.GetInt32("Failures"));
    }

    [Fact]
    public async Task The_right_password_among_parallel_wrong_ones_is_checked_only_in_turn()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage());
        await app.ActivateAsync(Address);

        var guesses = await Task.WhenAll(Enumerable.Range(0, 64).Select(i => app.LoginAsync(Address, i == 63 ? TestApp.Password : Wrong)));

        // If it were checked out of turn, more than five wrong ones could pass beside it without a delay.
        var answered = guesses.Count(answer => answer.Status is not HttpStatusCode.TooManyRequests);
        Assert.InRange(answered, 5, guesses[63].Status is HttpStatusCode.OK ? 10 : 5);
    }

    [Fact, Holds("C3", "C5")]
    public async Task A_network_may_ask_sixty_times_a_minute_of_two_apps_together()
    {
        var storage = azurite.NewStorage();
        var settings = new Dictionary<string, string?> { ["Throttle:RequestsPerMinute"] = "60", ["Throttle:TrustedProxyHops"] = "2" };
        await using var first = await TestApp.StartAsync(storage, settings);
        await using var second = await TestApp.StartAsync(storage, settings, first.Time);

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => AskAsync(i % 2 == 0 ? first : second, "203.0.113.7:1234")));

        Assert.Equal(60, answers.Count(answer => answer.Status is HttpStatusCode.BadRequest));
        var throttled = answers.First(answer => answer.Status is HttpStatusCode.TooManyRequests);
        Assert.Equal(("throttled", "60"), (throttled.Message, throttled.Headers["Retry-After"]));
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(first, "203.0.113.8")).Status);
        first.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(first, "203.0.113.7")).Status);
    }

    [Fact, Holds("C3")]
    public async Task A_customers_ipv6_network_counts_as_one_and_forged_entries_are_ignored()
    {
        await using var app = await TestApp.StartAsync(
            azurite.NewStorage(), new() { ["Throttle:RequestsPerMinute"] = "12", ["Throttle:TrustedProxyHops"] = "2" });
        for (var i = 0; i < 12; i++)
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(app, $"198.51.100.{i}, [2001:db8:1:2::{i}]:443")).Status);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await AskAsync(app, "198.51.100.99, 2001:db8:1:2:ffff::1")).Status);
        Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(app, "198.51.100.99, 2001:db8:1:3::1")).Status);
    }

    [Fact, Holds("C3")]
    public async Task Requests_that_are_refused_for_their_body_count_too()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage(), new() { ["Throttle:RequestsPerMinute"] = "3" });
        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("refresh: required", (await app.PostAsync("refresh", new { })).Message);
        }

        Assert.Equal("throttled", (await app.PostAsync("refresh", new { })).Message);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.GetAsync("details")).Status);
    }

    [Theory, Holds("C9", "C10")]
    [InlineData("password")]
    [InlineData("email")]
    [InlineData("email/confirm")]
    [InlineData("delete")]
    public async Task Calls_of_an_owner_that_send_a_mail_count_at_the_network(string operation)
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage(), new() { ["Throttle:RequestsPerMinute"] = "10" });
        var token = (await app.SignInAsync("ada@example.com")).GetProperty("access").GetString();
        app.Time.Advance(TimeSpan.FromMinutes(1));

        // Strangers in the same network.
        for (var call = 0; call < 10; call++)
        {
            await app.PostAsync(operation, new { }, "made-up");
            await app.PostAsync("code", new { username = "eve@example.com" });
        }

        Assert.Equal("throttled", (await app.PostAsync("code", new { username = "eve@example.com" })).Message);
        for (var call = 0; call < 10; call++)
        {
            Assert.NotEqual(HttpStatusCode.TooManyRequests, (await app.PostAsync(operation, new { }, token)).Status);
        }

        var refused = await app.PostAsync(operation, new { }, token);
        Assert.Equal((HttpStatusCode.TooManyRequests, "throttled"), (refused.Status, refused.Message));
        Assert.Equal(HttpStatusCode.OK, (await app.GetAsync("details", token)).Status);
    }

    [Fact, Holds("C8")]
    public async Task Refreshes_that_succeed_do_not_count_and_those_that_are_refused_do()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage(), new() { ["Throttle:RequestsPerMinute"] = "4" });
        await app.ActivateAsync(Address);
        app.Time.Advance(TimeSpan.FromMinutes(1));
        var refresh = (await app.LoginAsync(Address)).Data.GetProperty("refresh").GetString();
        for (var i = 0; i < 20; i++)
        {
            var answer = await app.PostAsync("refresh", new { refresh });
            Assert.Equal(HttpStatusCode.OK, answer.Status);
            refresh = answer.Data.GetProperty("refresh").GetString();
        }

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("token_not_valid", (await app.PostAsync("refresh", new { refresh = "none" })).Message);
        }

        Assert.Equal("throttled", (await app.PostAsync("refresh", new { refresh = "none" })).Message);
        Assert.Equal("throttled", (await app.PostAsync("refresh", new { refresh })).Message);
        Assert.Equal("throttled", (await app.LoginAsync(Address)).Message);
    }

    [Fact]
    public async Task A_network_that_the_operator_exempts_has_no_limit()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage(), new()
        {
            ["Throttle:RequestsPerMinute"] = "1",
            ["Throttle:TrustedProxyHops"] = "2",
            ["Throttle:ExemptNetworks"] = "203.0.113.0/24, 2001:db8::/32",
        });
        foreach (var from in (string[])["203.0.113.7", "203.0.113.7", "[2001:db8::9]:443", "[2001:db8::9]:443", "203.0.114.7"])
        {
            Assert.Equal(HttpStatusCode.BadRequest, (await AskAsync(app, from)).Status);
        }

        Assert.Equal("throttled", (await AskAsync(app, "203.0.114.7")).Message);
    }

    private static Task<Answer> AskAsync(TestApp app, string from) => app.PostAsync("activate", new { }, from: from);
}
