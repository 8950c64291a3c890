using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace AccountFunctions.Tests.Accounts;

/// <summary>Logout, the list of sessions, and ending one of them.</summary>
public sealed class SessionsTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Address = "ada@example.com";
    private JsonElement first;
    private JsonElement second;

    protected override async Task PrepareAsync()
    {
        first = await App.SignInAsync(Address);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        App.Client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "Phone 7");
        second = (await App.LoginAsync(Address)).Data;
    }

    [Fact]
    public async Task Times_are_whole_seconds()
    {
        await using var app = await TestApp.StartAsync(
            NewStorage(), time: new(new DateTimeOffset(2026, 11, 23, 12, 0, 0, TimeSpan.Zero).AddTicks(1_234_567)));
        var login = await app.SignInAsync("ada@example.com");
        var sessions = await app.GetAsync("sessions", login.GetProperty("access").GetString());
        var times = Regex.Matches(login.GetRawText() + sessions.Text, "[0-9]{4}-[0-9]{2}-[0-9]{2}T[^\"]*");

        Assert.Equal(4, times.Count);
        Assert.All(times, time => Assert.Matches("^.{10}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z$", time.Value));
    }

    [Fact, Holds("E8")]
    public async Task The_sessions_are_listed_newest_first()
    {
        var sessions = (await App.GetAsync("sessions", Access(first))).Data.EnumerateArray().ToList();

        Assert.Equal(2, sessions.Count);
        Assert.Equal(
            ["id", "created", "last_used", "expires", "client", "amr", "current"],
            sessions[0].EnumerateObject().Select(member => member.Name));
        Assert.Equal([false, true], sessions.Select(session => session.GetProperty("current").GetBoolean()));
        Assert.Equal("2026-11-23T12:02:00Z", sessions[0].GetProperty("created").GetString());
        Assert.Equal("2026-12-07T12:02:00Z", sessions[0].GetProperty("expires").GetString());
        Assert.Equal(JsonValueKind.Null, sessions[1].GetProperty("client").ValueKind);
        Assert.Equal("Phone 7", sessions[0].GetProperty("client").GetString());
    }

    [Fact, Holds("E8")]
    public async Task Logout_without_a_body_ends_this_session_only()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/account/logout/");
        Assert.Equal("success", (await App.SendAsync(request, Access(first))).Data.GetString());

        Assert.Equal("token_not_valid", (await RefreshAsync(first)).Message);
        Assert.Equal(HttpStatusCode.OK, (await RefreshAsync(second)).Status);
    }

    [Fact, Holds("E8")]
    public async Task Logout_of_all_ends_every_session_and_every_access_token()
    {
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("logout", new { all = true }, Access(first))).Status);

        Assert.Equal("token_not_valid", (await RefreshAsync(first)).Message);
        Assert.Equal("token_not_valid", (await RefreshAsync(second)).Message);
        Assert.Equal("token_not_valid", (await App.GetAsync("details", Access(second))).Message);
    }

    [Fact]
    public async Task A_flag_of_another_type_is_refused() =>
        Assert.Equal("all: invalid", (await App.PostAsync("logout", new { all = "yes" }, Access(first))).Message);

    [Fact, Holds("E8")]
    public async Task An_ended_session_is_gone_and_foreign_sessions_cannot_be_ended()
    {
        var id = (await App.GetAsync("sessions", Access(first))).Data[0].GetProperty("id").GetString()!;
        var stranger = await App.SignInAsync("eve@example.com");

        Assert.Equal(
            (HttpStatusCode.NotFound, "not_found"),
            await DeleteAsync(id, stranger) is var foreign ? (foreign.Status, foreign.Message) : default);
        Assert.Equal(HttpStatusCode.OK, (await RefreshAsync(second)).Status);
        Assert.Equal("success", (await DeleteAsync(id, first)).Data.GetString());
        Assert.Equal("not_found", (await DeleteAsync("nonsense", first)).Message);
        Assert.Equal("not_found", (await DeleteAsync(new string('0', 32), first)).Message);

        // The answer may have been lost.
        Assert.Equal("success", (await DeleteAsync(id, first)).Data.GetString());
        App.Time.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal("not_found", (await DeleteAsync(id, first)).Message);
        Assert.Equal("token_not_valid", (await RefreshAsync(second)).Message);
        Assert.Single((await App.GetAsync("sessions", Access(first))).Data.EnumerateArray());
    }

    [Theory]
    [InlineData("POST", "logout")]
    [InlineData("GET", "sessions")]
    [InlineData("DELETE", "sessions/0123456789abcdef0123456789abcdef")]
    public async Task Without_a_token_it_is_401(string method, string path)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), $"/api/account/{path}");

        Assert.Equal("not_authenticated", (await App.SendAsync(request)).Message);
    }

    private static string Access(JsonElement login) => login.GetProperty("access").GetString()!;

    private Task<Answer> RefreshAsync(JsonElement login) =>
        App.PostAsync("refresh", new { refresh = login.GetProperty("refresh").GetString() });

    private async Task<Answer> DeleteAsync(string id, JsonElement login)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/account/sessions/{id}");
        return await App.SendAsync(request, Access(login));
    }

    [Fact]
    public async Task Beyond_the_limit_the_session_used_longest_ago_ends()
    {
        await using var app = await TestApp.StartAsync(NewStorage(), new() { ["Tokens:MaxSessions"] = "3" });
        var refreshes = new List<string?> { (await app.SignInAsync("ada@example.com")).GetProperty("refresh").GetString() };
        for (var sessions = 1; sessions < 3; sessions++)
        {
            app.Time.Advance(TimeSpan.FromMinutes(1));
            refreshes.Add((await app.LoginAsync("ada@example.com")).Data.GetProperty("refresh").GetString());
        }

        app.Time.Advance(TimeSpan.FromMinutes(1));
        refreshes[0] = (await app.PostAsync("refresh", new { refresh = refreshes[0] })).Data.GetProperty("refresh").GetString();
        await app.LoginAsync("ada@example.com");

        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("refresh", new { refresh = refreshes[0] })).Status);
        Assert.Equal("token_not_valid", (await app.PostAsync("refresh", new { refresh = refreshes[1] })).Message);
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("refresh", new { refresh = refreshes[2] })).Status);
    }

    [Fact]
    public async Task Sessions_that_are_over_do_not_pile_up()
    {
        for (var round = 0; round < 5; round++)
        {
            var access = (await App.LoginAsync(Address)).Data.GetProperty("access").GetString();
            await App.PostAsync("logout", new { all = true }, access);
        }

        await App.LoginAsync(Address);
        Assert.Single(await App.RowsAsync("Accounts"), row => row.RowKey.StartsWith("session-", StringComparison.Ordinal));
    }
}
