using System.Buffers.Text;
using System.Text.Json;

namespace AccountFunctions.Tests.Accounts;

public sealed class ListEventsTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Address = "ada@example.com";

    [Fact]
    public async Task The_owner_reads_what_happened_newest_first()
    {
        App.Client.DefaultRequestHeaders.UserAgent.ParseAdd("ExampleApp/2.1");
        var login = await App.SignInAsync(Address);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await App.PostAsync("password", new { password = TestApp.Password, new_password = "green tractor 78" }, Access(login));
        App.Time.Advance(TimeSpan.FromMinutes(1));
        var events = (await App.GetAsync("events", Access((await App.LoginAsync(Address, "green tractor 78")).Data))).Data;

        Assert.Equal(
            ["signed_in", "password_changed", "signed_in", "activated"],
            events.GetProperty("events").EnumerateArray().Select(row => row.GetProperty("kind").GetString()));
        var changed = events.GetProperty("events")[1];
        Assert.Equal("ExampleApp/2.1", changed.GetProperty("client").GetString());
        Assert.Equal(Session(login), changed.GetProperty("session").GetString());
        Assert.Equal("2026-11-23T12:02:00Z", changed.GetProperty("time").GetString());
        Assert.Equal(JsonValueKind.Null, changed.GetProperty("by").ValueKind);
        Assert.Equal(JsonValueKind.Null, events.GetProperty("next").ValueKind);
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap_or_repetition()
    {
        var access = "";
        await App.ActivateAsync(Address);
        for (var sessions = 0; sessions < 6; sessions++)
        {
            App.Time.Advance(TimeSpan.FromMinutes(1));
            access = Access((await App.LoginAsync(Address)).Data);
        }

        var (times, next, pages) = (new List<string?>(), "", 0);
        do
        {
            var page = (await App.GetAsync($"events?page_size=3{next}", access)).Data;
            times.AddRange(page.GetProperty("events").EnumerateArray().Select(row => row.GetProperty("time").GetString()));
            next = page.GetProperty("next").GetString() is { } token ? $"&page_token={token}" : null;
            pages++;
        }
        while (next is not null);

        Assert.Equal((7, 3), (times.Count, pages));
        Assert.Equal(times.Distinct().OrderDescending(StringComparer.Ordinal), times);
    }

    [Fact]
    public async Task Of_a_parameter_that_comes_twice_the_first_counts()
    {
        await App.ActivateAsync(Address);
        var access = Access((await App.LoginAsync(Address)).Data);

        Assert.Equal(1, (await App.GetAsync("events?page_size=1&page_size=100", access)).Data.GetProperty("events").GetArrayLength());
        Assert.Equal("page_size: invalid", (await App.GetAsync("events?page_size=0&page_size=100", access)).Message);
    }

    [Theory]
    [InlineData("page_size=0", "page_size: invalid")]
    [InlineData("page_size=101", "page_size: invalid")]
    [InlineData("page_size=-1", "page_size: invalid")]
    [InlineData("page_size=many", "page_size: invalid")]
    [InlineData("page_token=", "page_token: invalid")]
    [InlineData("page_token=event-0", "page_token: invalid")]
    [InlineData("page_token=%F0%9F%92%A9", "page_token: invalid")]
    [InlineData("page_size=0&page_token=x", "page_size: invalid\npage_token: invalid")]
    public async Task What_is_no_page_is_refused(string query, string message) =>
        Assert.Equal(message, (await App.GetAsync($"events?{query}", Access(await App.SignInAsync(Address)))).Message);

    [Fact, Holds("F1")]
    public async Task A_token_of_another_account_or_made_up_shows_nothing_but_the_callers_own_history()
    {
        var access = Access(await App.SignInAsync(Address));
        await App.LoginAsync(Address);
        var mine = (await App.GetAsync("events?page_size=1", access)).Data.GetProperty("next").GetString();
        var other = Access(await App.SignInAsync("bob@example.com"));
        var own = Kinds(await App.GetAsync("events", other));

        Assert.Subset(own, Kinds(await App.GetAsync($"events?page_token={mine}", other)));
        var quote = Base64Url.EncodeToString("event-' or PartitionKey ne '"u8);
        Assert.Subset(own, Kinds(await App.GetAsync($"events?page_token={quote}", other)));

        static HashSet<string> Kinds(Answer answer) =>
            [.. answer.Data.GetProperty("events").EnumerateArray().Select(shown => shown.ToString())];
    }

    [Fact]
    public async Task The_export_is_one_file_with_everything_but_secrets()
    {
        var login = await App.SignInAsync(Address);
        await App.PostAsync("details", new { bio = "Wrote the first program." }, Access(login));
        await App.PostAsync("email", new { password = TestApp.Password, username = "new@example.org" }, Access(login));
        for (var sessions = 0; sessions < 30; sessions++)
        {
            await App.LoginAsync(Address);
        }

        var answer = await App.GetAsync("export", Access(login));
        var export = answer.Json;

        Assert.Equal("attachment; filename=\"account.json\"", answer.Headers["Content-Disposition"]);
        Assert.Equal("Wrote the first program.", export.GetProperty("account").GetProperty("details").GetProperty("bio").GetString());
        Assert.Equal("new@example.org", export.GetProperty("account").GetProperty("new_address").GetString());
        var address = Assert.Single(export.GetProperty("addresses").EnumerateArray());
        Assert.Equal(Address, address.GetProperty("mailbox").GetString());
        Assert.Equal(31, export.GetProperty("sessions").GetArrayLength());
        Assert.Equal(33, export.GetProperty("events").GetArrayLength());
        Assert.DoesNotMatch("argon2|nonce|hash\"", answer.Text);
    }

    [Fact]
    public async Task Without_a_token_there_is_neither_history_nor_export()
    {
        Assert.Equal("not_authenticated", (await App.GetAsync("events", null)).Message);
        Assert.Equal("not_authenticated", (await App.GetAsync("export", null)).Message);
    }

    private static string Access(JsonElement login) => login.GetProperty("access").GetString()!;

    private static string? Session(JsonElement login) => JsonSerializer.Deserialize<JsonElement>(
        System.Buffers.Text.Base64Url.DecodeFromChars(Access(login).Split('.')[1])).GetProperty("sid").GetString();
}
