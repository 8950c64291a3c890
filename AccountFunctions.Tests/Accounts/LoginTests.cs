using System.Net;
using System.Text.Json;
using Azure.Data.Tables;

namespace AccountFunctions.Tests.Accounts;

[SharedApp]
public sealed class LoginTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private string Address { get; } = NewAddress();

    [Fact, OwnApp]
    public async Task The_right_password_gets_tokens_and_the_user()
    {
        await App.ActivateAsync("ada@example.com");
        var login = (await App.LoginAsync("ADA@example.com")).Data;

        Assert.Equal(
            ["access", "refresh", "user", "role", "token_type", "expires_in", "device"],
            login.EnumerateObject().Select(member => member.Name));
        Assert.Equal(("C", "Bearer", 900), (
            login.GetProperty("role").GetString(),
            login.GetProperty("token_type").GetString(),
            login.GetProperty("expires_in").GetInt32()));
        Assert.Equal(
            """{"first_name":"Ada","last_name":"Lovelace","username":"ada@example.com","country_code":"GB","expiration_date":"2026-12-23T12:00:00Z","hobbies":null,"job":null,"bio":null,"role":"C","language":null}""",
            login.GetProperty("user").GetRawText());
    }

    [Fact, Holds("A1")]
    public async Task Only_the_right_password_learns_that_the_account_is_not_active()
    {
        await App.RegisterAsync(Address);

        Assert.Equal("not_active", (await App.LoginAsync(Address)).Message);
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Address, "a wrong password")).Message);
    }

    [Fact, Holds("A1", "A3", "C1")]
    public async Task Registering_and_signing_in_does_not_reveal_whether_the_address_is_taken()
    {
        await App.ActivateAsync("taken@example.com");
        var told = new Dictionary<string, List<string>>();
        foreach (var username in new[] { "taken@example.com", "free@example.com" })
        {
            told[username] = [(await App.RegisterAsync(username, "red bicycle 55")).Text.Replace(username, "", StringComparison.Ordinal)];
            foreach (var password in Enumerable.Repeat("red bicycle 55", 7).Concat(
                Enumerable.Repeat("a wrong password", 3)).Append("red bicycle 55").Concat(Enumerable.Repeat("a wrong password", 2)))
            {
                told[username].Add((await App.LoginAsync(username, password)).Text);
            }
        }

        Assert.Equal(told["free@example.com"], told["taken@example.com"]);
        Assert.Equal(8, told["taken@example.com"].Count(text => text.Contains("not_active", StringComparison.Ordinal)));

        // The registration's password counts once, and does not reset the count of wrong ones.
        Assert.Contains("throttled", told["taken@example.com"][^1], StringComparison.Ordinal);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync("taken@example.com")).Status);
    }

    [Fact, Holds("C1")]
    public async Task A_guess_that_is_made_by_registering_counts_once()
    {
        await App.ActivateAsync(Address);
        foreach (var guess in new[] { "red bicycle 55", "red bicycle 56" })
        {
            await App.RegisterAsync(Address, guess);
            Assert.Equal("not_active", (await App.LoginAsync(Address, guess)).Message);
            Assert.Equal("not_active", (await App.LoginAsync(Address, guess)).Message);
            App.Time.Advance(TimeSpan.FromMinutes(1));
        }

        for (var i = 0; i < 3; i++)
        {
            Assert.Equal("invalid_credentials", (await App.LoginAsync(Address, "a wrong password")).Message);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await App.LoginAsync(Address)).Status);
    }

    [Fact, Holds("A1", "S6")]
    public async Task A_wrong_password_gets_the_same_answer_for_every_address()
    {
        await App.ActivateAsync("active@example.com");
        await App.RegisterAsync("pending@example.com");
        await App.ActivateAsync("disabled@example.com");
        await ChangeAccountAsync("disabled@example.com", row => row["Disabled"] = true);

        var answers = new List<Answer>();
        foreach (var name in new[] { "active", "pending", "disabled", "unknown" })
        {
            answers.Add(await App.LoginAsync($"{name}@example.com", "a wrong password"));
        }

        Assert.All(answers, answer => Assert.Equal((answers[0].Status, answers[0].Text), (answer.Status, answer.Text)));
        Assert.All(answers, answer => Assert.Equal(answers[0].Headers.Keys.Order(), answer.Headers.Keys.Order()));
        Assert.Equal((HttpStatusCode.BadRequest, "invalid_credentials"), (answers[0].Status, answers[0].Message));
    }

    [Fact]
    public async Task A_disabled_account_is_refused_to_the_right_password()
    {
        await App.ActivateAsync(Address);
        await ChangeAccountAsync(Address, row => row["Disabled"] = true);

        Assert.Equal("disabled_account", (await App.LoginAsync(Address)).Message);
    }

    [Theory, Holds("S8")]
    [InlineData("C", "expired_account")]
    [InlineData("A", null)]
    public async Task An_expired_client_is_refused_and_an_admin_is_not(string role, string? message)
    {
        await App.ActivateAsync(Address);
        await ChangeAccountAsync(Address, row => row["Role"] = role);
        App.Time.Advance(TimeSpan.FromDays(30));

        Assert.Equal(message, (await App.LoginAsync(Address)).Message);
    }

    [Theory]
    [InlineData("""{"username":"ada@example.com"}""", "password: required")]
    [InlineData("""{"password":"x"}""", "username: required")]
    [InlineData("""{"username":"ada","password":""}""", "username: invalid_email\npassword: blank")]
    [InlineData("""{"username":null,"password":false}""", "username: null\npassword: invalid")]
    public async Task A_bad_request_is_refused_with_its_reason(string body, string message)
    {
        var answer = await App.PostAsync("login", JsonSerializer.Deserialize<JsonElement>(body));

        Assert.Equal((HttpStatusCode.BadRequest, message), (answer.Status, answer.Message));
    }

    [Fact, Holds("D9")]
    public async Task An_over_long_password_is_refused_before_anything_is_looked_up() =>
        Assert.Equal("password: too_long", (await App.LoginAsync(Address, new string('x', 257))).Message);

    [Theory, Holds("D2", "D3", "S10")]
    [InlineData("  blue tractor 77")]
    [InlineData("Blue tractor 77")]
    [InlineData("blue tractor 77\0")]
    public async Task Every_character_of_a_password_counts(string almost)
    {
        await App.ActivateAsync(Address);

        Assert.Equal("invalid_credentials", (await App.LoginAsync(Address, almost)).Message);
    }

    [Fact, Holds("D3")]
    public async Task The_same_characters_from_another_keyboard_match()
    {
        await App.ActivateAsync(Address, "cr\u00e8me br\u00fbl\u00e9e");

        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address, "cre\u0300me bru\u0302le\u0301e")).Status);
    }

    [Fact, Holds("D7")]
    public async Task A_hash_of_other_cost_is_renewed_at_sign_in()
    {
        var storage = NewStorage();
        await using (var cheap = await TestApp.StartAsync(storage, new() { ["Passwords:Iterations"] = "1" }))
        {
            await cheap.ActivateAsync(Address);
        }

        await using var dear = await TestApp.StartAsync(storage);
        Assert.Equal(HttpStatusCode.OK, (await dear.LoginAsync(Address)).Status);
        Assert.StartsWith("$argon2id$v=19$m=19456,t=2,p=1$", (await AccountRowAsync(dear, Address)).GetString("PasswordHash"));
        Assert.Equal(HttpStatusCode.OK, (await dear.LoginAsync(Address)).Status);
    }

    [Fact]
    public async Task A_password_is_as_good_after_ten_years()
    {
        await using var app = await TestApp.StartAsync(NewStorage(), new() { ["Accounts:Lifetime"] = "4000.00:00:00" });
        await app.ActivateAsync(Address);
        app.Time.Advance(TimeSpan.FromDays(3652));

        Assert.Equal(HttpStatusCode.OK, (await app.LoginAsync(Address)).Status);
    }

    [Fact]
    public async Task Stored_data_survives_a_restart()
    {
        var storage = NewStorage();
        string token;
        var time = App.Time;
        await using (var first = await TestApp.StartAsync(storage, time: time))
        {
            token = (await first.SignInAsync(Address)).GetProperty("access").GetString()!;
        }

        await using var second = await TestApp.StartAsync(storage, time: time);
        Assert.Equal(HttpStatusCode.OK, (await second.GetAsync("details", token)).Status);
        Assert.Equal(HttpStatusCode.OK, (await second.LoginAsync(Address)).Status);
    }

    private static async Task<TableEntity> AccountRowAsync(TestApp app, string username) =>
        (await app.RowsAsync("Accounts")).Single(row => row.RowKey == "account" && row.GetString("Username") == username);

    private async Task ChangeAccountAsync(string username, Action<TableEntity> change)
    {
        var row = await AccountRowAsync(App, username);
        change(row);
        await App.Table("Accounts").UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace);
    }
}
