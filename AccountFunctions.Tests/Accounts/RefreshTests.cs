using System.Net;
using Azure.Data.Tables;
using Microsoft.Extensions.Time.Testing;

namespace AccountFunctions.Tests.Accounts;

[SharedApp]
public sealed class RefreshTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private string first = "";

    private string Address { get; } = NewAddress();

    protected override async Task PrepareAsync()
    {
        first = (await App.SignInAsync(Address)).GetProperty("refresh").GetString()!;
    }

    [Fact]
    public async Task A_refresh_token_gets_the_answer_of_a_login_and_a_successor()
    {
        var answer = await RefreshAsync(first);

        Assert.Equal(
            ["access", "refresh", "user", "role", "token_type", "expires_in"], answer.Data.EnumerateObject().Select(member => member.Name));
        Assert.NotEqual(first, TokenOf(answer));
        Assert.Equal(HttpStatusCode.OK, (await App.GetAsync("details", answer.Data.GetProperty("access").GetString())).Status);
    }

    [Fact, Holds("E4", "E11")]
    public async Task No_refresh_token_is_stored()
    {
        var second = TokenOf(await RefreshAsync(first));
        var stored = string.Join('\n', (await App.RowsAsync("Accounts")).Select(row => string.Join(' ', row)));

        Assert.DoesNotContain(first, stored);
        Assert.DoesNotContain(second, stored);
        Assert.DoesNotContain(first[^40..], App.Logs.Text);
    }

    [Theory, Holds("E6")]
    [InlineData(0)]
    [InlineData(29)]
    public async Task Within_the_grace_the_token_used_last_gets_the_same_successor_again(int seconds)
    {
        var second = TokenOf(await RefreshAsync(first));
        App.Time.Advance(TimeSpan.FromSeconds(seconds));

        Assert.Equal(second, TokenOf(await RefreshAsync(first)));
        Assert.Equal(HttpStatusCode.OK, (await RefreshAsync(second)).Status);
    }

    [Fact, Holds("E5")]
    public async Task A_grace_of_zero_is_none()
    {
        await using var strict = await TestApp.StartAsync(App.Storage, new() { ["Tokens:RefreshGrace"] = "00:00:00" }, App.Time);
        await strict.PostAsync("refresh", new { refresh = first });

        Assert.Equal("token_not_valid", (await strict.PostAsync("refresh", new { refresh = first })).Message);
    }

    [Theory, Holds("E6")]
    [InlineData(-14)]
    [InlineData(14)]
    public async Task The_grace_survives_clocks_that_differ(int seconds)
    {
        var time = new FakeTimeProvider(App.Time.GetUtcNow().AddSeconds(seconds));
        await using var other = await TestApp.StartAsync(App.Storage, time: time);
        var second = TokenOf(await other.PostAsync("refresh", new { refresh = first }));
        App.Time.Advance(TimeSpan.FromSeconds(15));

        Assert.Equal(second, TokenOf(await RefreshAsync(first)));
        Assert.Equal(HttpStatusCode.OK, (await RefreshAsync(second)).Status);
    }

    [Fact, Holds("E14")]
    public async Task A_used_token_that_comes_again_within_the_grace_is_recorded_once_however_often_it_comes()
    {
        var second = TokenOf(await RefreshAsync(first));
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => RefreshAsync(first)));

        Assert.All(answers, answer => Assert.Equal(second, TokenOf(answer)));
        Assert.Single(await App.AccountRowsAsync(Address), row => row.GetString("Kind") == "refresh_token_repeated");
    }

    [Fact, Holds("E5", "E14", "S7")]
    public async Task After_the_grace_a_used_token_ends_the_session_and_is_recorded()
    {
        var second = TokenOf(await RefreshAsync(first));
        App.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal("token_not_valid", (await RefreshAsync(first)).Message);
        Assert.Equal("token_not_valid", (await RefreshAsync(second)).Message);
        Assert.Contains(await App.AccountRowsAsync(Address), row => row.GetString("Kind") == "refresh_token_reused");
    }

    [Fact, Holds("E5")]
    public async Task Within_the_grace_a_token_whose_successor_was_used_ends_the_session()
    {
        var second = TokenOf(await RefreshAsync(first));
        var third = TokenOf(await RefreshAsync(second));

        Assert.Equal("token_not_valid", (await RefreshAsync(first)).Message);
        Assert.Equal("token_not_valid", (await RefreshAsync(third)).Message);
    }

    [Fact]
    public async Task A_forged_token_of_a_session_does_not_end_it()
    {
        var bytes = System.Buffers.Text.Base64Url.DecodeFromChars(first);
        bytes[^1] ^= 1;

        Assert.Equal("token_not_valid", (await RefreshAsync(System.Buffers.Text.Base64Url.EncodeToString(bytes))).Message);
        Assert.Equal(HttpStatusCode.OK, (await RefreshAsync(first)).Status);
    }

    [Fact, Holds("E6")]
    public async Task One_token_sent_by_sixty_four_clients_at_once_has_one_successor()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => RefreshAsync(first)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Single(answers.Select(TokenOf).Distinct());
    }

    [Fact, Holds("E4")]
    public async Task A_session_ends_when_it_idles_too_long()
    {
        App.Time.Advance(TimeSpan.FromDays(14) - TimeSpan.FromSeconds(1));
        var second = TokenOf(await RefreshAsync(first));
        App.Time.Advance(TimeSpan.FromDays(14));

        Assert.Equal("token_not_valid", (await RefreshAsync(second)).Message);
    }

    [Fact, Holds("E4")]
    public async Task A_session_ends_at_its_absolute_expiry_however_much_it_is_used()
    {
        await using var admin = await TestApp.StartAsync(NewStorage(), new() { ["Accounts:Lifetime"] = "1000.00:00:00" });
        var token = (await admin.SignInAsync("eve@example.com")).GetProperty("refresh").GetString()!;
        for (var day = 0; day < 80; day += 10)
        {
            admin.Time.Advance(TimeSpan.FromDays(10));
            token = TokenOf(await admin.PostAsync("refresh", new { refresh = token }));
        }

        admin.Time.Advance(TimeSpan.FromDays(10));
        Assert.Equal("token_not_valid", (await admin.PostAsync("refresh", new { refresh = token })).Message);
    }

    [Fact, Holds("S8")]
    public async Task An_expired_account_is_refused_by_name()
    {
        for (var day = 0; day < 30; day += 10)
        {
            App.Time.Advance(TimeSpan.FromDays(10));
            var answer = await RefreshAsync(first);
            if (day == 20)
            {
                Assert.Equal((HttpStatusCode.BadRequest, "expired_account"), (answer.Status, answer.Message));
                return;
            }

            first = TokenOf(answer);
        }
    }

    [Theory, Holds("E7")]
    [InlineData("Disabled", true)]
    [InlineData("Version", 2)]
    public async Task A_session_dies_when_the_account_changes_its_version(string column, object value)
    {
        var row = (await App.AccountRowsAsync(Address)).Single(row => row.RowKey == "account");
        row[column] = value;
        await App.Table("Accounts").UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace);

        Assert.Equal(
            (HttpStatusCode.Unauthorized, "token_not_valid"), ((await RefreshAsync(first)).Status, (await RefreshAsync(first)).Message));
    }

    [Theory]
    [InlineData("")]
    [InlineData("x")]
    [InlineData("AAAA")]
    public async Task A_malformed_token_is_refused(string token)
    {
        var answer = await RefreshAsync(token);

        Assert.Equal(token is "" ? "refresh: blank" : "token_not_valid", answer.Message);
    }

    private static string TokenOf(Answer answer) => answer.Data.GetProperty("refresh").GetString()!;

    private Task<Answer> RefreshAsync(string refresh) => App.PostAsync("refresh", new { refresh });
}
