using System.Net;
using System.Text.Json;

namespace AccountFunctions.Tests.Accounts;

public sealed class ActivateTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Address = "ada@example.com";

    [Fact]
    public async Task The_mailed_code_makes_the_registration_an_account()
    {
        await App.RegisterAsync(Address);
        var answer = await ActivateAsync($" {await App.NextCodeAsync(Address)} ");

        Assert.Equal("""{"status":"success","code":200,"data":"success","message":null}""", answer.Text);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address)).Status);
    }

    [Fact, Holds("B3")]
    public async Task A_code_is_good_once()
    {
        await App.RegisterAsync(Address);
        var code = await App.NextCodeAsync(Address);
        await ActivateAsync(code);

        Assert.Equal("invalid_code", (await ActivateAsync(code)).Message);
    }

    [Fact, Holds("B3", "S12")]
    public async Task A_code_sent_by_sixty_four_clients_at_once_is_redeemed_once()
    {
        await App.RegisterAsync(Address);
        var code = await App.NextCodeAsync(Address);
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => ActivateAsync(code)));

        Assert.Single(answers, answer => answer.Status is HttpStatusCode.OK);
        Assert.Equal(63, answers.Count(answer => answer.Message is "invalid_code"));
    }

    [Fact, Holds("B4", "S4")]
    public async Task Five_wrong_codes_kill_the_right_one()
    {
        await App.RegisterAsync(Address);
        var code = await App.NextCodeAsync(Address);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("invalid_code", (await ActivateAsync(Wrong(code))).Message);
        }

        Assert.Equal("invalid_code", (await ActivateAsync(code)).Message);
    }

    [Fact, Holds("B4", "C5")]
    public async Task Sixty_four_wrong_codes_at_once_count_down_to_zero_and_not_below()
    {
        await App.RegisterAsync(Address);
        var code = await App.NextCodeAsync(Address);
        await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => ActivateAsync(Wrong(code))));

        Assert.Equal(0, Assert.Single(
            await App.RowsAsync("Addresses"), row => row.RowKey.StartsWith("pending-", StringComparison.Ordinal)).GetInt32("TriesLeft"));
        Assert.Equal("invalid_code", (await ActivateAsync(code)).Message);
    }

    [Theory, Holds("B2", "S2")]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    public async Task A_code_expires_to_the_second(int seconds, bool good)
    {
        await App.RegisterAsync(Address);
        var code = await App.NextCodeAsync(Address);
        App.Time.Advance(TimeSpan.FromDays(1) + TimeSpan.FromSeconds(seconds));

        Assert.Equal(good, (await ActivateAsync(code)).Status is HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("""{"username":"ada@example.com"}""", "code: required")]
    [InlineData("""{"username":"ada@example.com","code":123456}""", "code: invalid")]
    [InlineData("""{"username":"ada@example.com","code":null}""", "code: null")]
    [InlineData("""{"username":"ada@example.com","code":""}""", "code: blank")]
    [InlineData("""{"code":"123456"}""", "username: required")]
    [InlineData("""{"username":"ada","code":"123456"}""", "username: invalid_email")]
    [InlineData("""{"username":"ada@example.com","code":"12345"}""", "invalid_code")]
    [InlineData("""{"username":"ada@example.com","code":"1234567"}""", "invalid_code")]
    [InlineData("""{"username":"ada@example.com","code":"١٢٣٤٥٦"}""", "invalid_code")]
    [InlineData("""{"username":"nobody@example.com","code":"123456"}""", "invalid_code")]
    public async Task A_bad_request_is_refused_with_its_reason(string body, string message)
    {
        var answer = await App.PostAsync("activate", JsonSerializer.Deserialize<JsonElement>(body));

        Assert.Equal((HttpStatusCode.BadRequest, message), (answer.Status, answer.Message));
    }

    [Fact, Holds("A5")]
    public async Task Only_the_password_of_the_registration_whose_code_was_redeemed_survives()
    {
        await App.RegisterAsync(Address, "the stranger's 1st");
        await App.NextCodeAsync(Address);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await App.RegisterAsync(Address, "the owner's own 2nd");
        var code = await App.NextCodeAsync(Address, mails: 2);
        await ActivateAsync(code);

        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address, "the owner's own 2nd")).Status);
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Address, "the stranger's 1st")).Message);
        Assert.DoesNotContain(await App.RowsAsync("Addresses"), row => row.RowKey.StartsWith("pending-", StringComparison.Ordinal));
    }

    [Fact, Holds("A4", "A5")]
    public async Task A_registration_over_an_account_cannot_be_activated()
    {
        await App.ActivateAsync(Address);
        await App.RegisterAsync(Address, "the stranger's 1st");
        await App.WaitForMailsAsync(Address, 2);
        var pending = Assert.Single(await App.RowsAsync("Addresses"), row => row.RowKey.StartsWith("pending-", StringComparison.Ordinal));
        var codes = (AccountFunctions.Security.VerificationCodes)App.Services.GetService(
            typeof(AccountFunctions.Security.VerificationCodes))!;
        var code = codes.Derive(AccountFunctions.Security.CodePurpose.Activation, pending.PartitionKey, pending.GetString("Nonce"));

        Assert.Equal("invalid_code", (await ActivateAsync(code)).Message);
        Assert.Equal("not_active", (await App.LoginAsync(Address, "the stranger's 1st")).Message);
    }

    private static string Wrong(string code) => (code[0] == '9' ? '0' : (char)(code[0] + 1)) + code[1..];

    private Task<Answer> ActivateAsync(string code) => App.PostAsync("activate", new { username = Address, code });
}
