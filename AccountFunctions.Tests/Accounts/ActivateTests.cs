using System.Globalization;
using System.Net;
using System.Text.Json;
using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Storage.Names;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Tests.Accounts;

[SharedApp]
public sealed class ActivateTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string First = "the stranger's 1st";
    private const string Second = "the owner's own 2nd";
    private const string Third = "the owner's new 3rd";
    private static readonly TimeSpan Repeat = TimeSpan.FromMinutes(10);

    private string Address { get; } = NewAddress();

    [Fact]
    public async Task The_mailed_code_makes_the_registration_an_account()
    {
        await App.RegisterAsync(Address);
        var answer = await ActivateAsync($" {await App.NextCodeAsync(Address)} ");

        Assert.Equal("""{"status":"success","code":200,"data":"success","message":null}""", answer.Text);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address)).Status);
    }

    [Fact, Holds("B3", "B13")]
    public async Task A_redeemed_code_answers_the_same_for_ten_minutes_and_has_no_further_effect()
    {
        await App.RegisterAsync(Address);
        var code = await App.NextCodeAsync(Address);
        await ActivateAsync(code);
        Assert.Equal("invalid_code", (await ActivateAsync(Wrong(code))).Message);
        var rows = await RowsAsync();
        App.Time.Advance(Repeat - TimeSpan.FromSeconds(1));
        Assert.Equal("success", (await ActivateAsync(code)).Data.GetString());
        Assert.Equal(rows, await RowsAsync());
        App.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("invalid_code", (await ActivateAsync(code)).Message);
    }

    [Fact, Holds("B3", "B13", "S12")]
    public async Task A_code_sent_by_sixty_four_clients_at_once_is_redeemed_once()
    {
        await App.RegisterAsync(Address);
        var code = await App.NextCodeAsync(Address);
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => ActivateAsync(code)));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Single(await App.AccountRowsAsync(Address), row => row.RowKey == "account");
        Assert.Single(await App.AccountRowsAsync(Address), row => row.GetString("Kind") == "activated");
    }

    [Theory, Holds("B12")]
    [InlineData("{0}{1}{2} {3}{4}{5}")]
    [InlineData("{0}{1}{2}-{3}{4}{5}")]
    [InlineData("{0}.{1}.{2}.{3}.{4}.{5}")]
    [InlineData("{0}{1}\u2013{2}{3}\u2014{4}{5}\n")]
    [InlineData("\ufeff{0}{1}{2}\u200b\u00a0{3}{4}\u2060{5}\u200e")]
    [InlineData("{0}{1}{2}\u2212{3}{4}{5}")]
    [InlineData("{0}\U000E0020{1}{2}{3}{4}{5}")]
    public async Task A_code_is_read_as_people_paste_it(string pattern)
    {
        await App.RegisterAsync(Address);
        var digits = (await App.NextCodeAsync(Address)).Select(digit => (object)digit).ToArray();

        Assert.Equal(HttpStatusCode.OK, (await ActivateAsync(string.Format(CultureInfo.InvariantCulture, pattern, digits))).Status);
    }

    [Fact, Holds("B12")]
    public async Task A_full_width_code_is_read()
    {
        await App.RegisterAsync(Address);
        var code = string.Concat((await App.NextCodeAsync(Address)).Select(digit => (char)(digit - '0' + '\uff10')));

        Assert.Equal(HttpStatusCode.OK, (await ActivateAsync(code)).Status);
    }

    [Theory, Holds("B12")]
    [InlineData("1")]
    [InlineData("12345")]
    [InlineData("1234567")]
    [InlineData("12345a")]
    [InlineData("١٢٣٤٥٦")]
    [InlineData(" - ")]
    [InlineData("1\U000E0020234567")]
    public async Task What_cannot_be_a_code_costs_no_try_and_is_answered_alike_for_every_address(string text)
    {
        await App.RegisterAsync(Address);
        var code = await App.NextCodeAsync(Address);
        for (var i = 0; i < 6; i++)
        {
            var answer = await ActivateAsync(text);
            Assert.Equal("code: invalid", answer.Message);
            Assert.Equal(answer.Text, (await App.PostAsync("activate", new { username = "nobody@example.com", code = text })).Text);
        }

        Assert.Equal(HttpStatusCode.OK, (await ActivateAsync(code)).Status);
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
            await App.AddressRowsAsync(Address), row => row.RowKey.StartsWith("pending-", StringComparison.Ordinal)).GetInt32("TriesLeft"));
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
    [InlineData("""{"username":"nobody@example.com","code":"123456"}""", "invalid_code")]
    public async Task A_bad_request_is_refused_with_its_reason(string body, string message)
    {
        var answer = await App.PostAsync("activate", JsonSerializer.Deserialize<JsonElement>(body));

        Assert.Equal((HttpStatusCode.BadRequest, message), (answer.Status, answer.Message));
    }

    [Theory, Holds("A5", "A6")]
    [InlineData(0)]
    [InlineData(1)]
    public async Task Where_registrations_with_different_passwords_wait_only_the_mailbox_sets_one(int redeemed)
    {
        var codes = await ContestAsync();
        var answer = await ActivateAsync(codes[redeemed]);

        Assert.Equal("set_password", answer.Data.GetString());
        Assert.Equal(answer.Text, (await ActivateAsync(codes[redeemed])).Text);
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Address, First)).Message);
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Address, Second)).Message);
        Assert.DoesNotContain(await App.AddressRowsAsync(Address), row => row.RowKey.StartsWith("pending-", StringComparison.Ordinal));
        Assert.EndsWith("is your code to set your Example password", (await App.WaitForMailsAsync(Address, 3))[2].Subject);
        var code = await App.NextCodeAsync(Address, mails: 3);
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("forgot", new { username = Address, code, new_password = Third })).Status);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address, Third)).Status);
    }

    [Fact, Holds("A6")]
    public async Task The_mail_of_a_contested_registration_leaves_although_strangers_have_used_up_the_cap()
    {
        await using var app = await TestApp.StartAsync(NewStorage(), new() { ["Throttle:MailsPerHour"] = "2" });
        await app.RegisterAsync(Address, First);
        await app.NextCodeAsync(Address);
        app.Time.Advance(TimeSpan.FromMinutes(1));
        await app.RegisterAsync(Address, Second);
        var code = await app.NextCodeAsync(Address, mails: 2);
        await app.PostAsync("activate", new { username = Address, code });

        Assert.EndsWith("is your code to set your Example password", (await app.WaitForMailsAsync(Address, 3))[2].Subject);
    }

    [Fact, Holds("A6")]
    public async Task Who_registers_twice_with_one_password_notices_nothing()
    {
        await App.RegisterAsync(Address, First);
        await App.NextCodeAsync(Address);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await App.RegisterAsync(Address, First);

        Assert.Equal("success", (await ActivateAsync(await App.NextCodeAsync(Address, mails: 2))).Data.GetString());
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address, First)).Status);
    }

    [Fact, Holds("A6")]
    public async Task A_contested_registration_stays_so_when_the_other_one_has_expired()
    {
        var codes = await ContestAsync(TimeSpan.FromHours(23));
        App.Time.Advance(TimeSpan.FromHours(2));

        Assert.Equal("set_password", (await ActivateAsync(codes[1])).Data.GetString());
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Address, Second)).Message);
    }

    [Fact, Holds("B14")]
    public async Task Wrong_codes_after_an_activation_are_guesses_and_end_its_repetition()
    {
        await App.RegisterAsync(Address, First);
        var code = await App.NextCodeAsync(Address);
        Assert.Equal("success", (await ActivateAsync(code)).Data.GetString());
        for (var guesses = 0; guesses < 4; guesses++)
        {
            await ActivateAsync(Wrong(code));
        }

        Assert.Equal("success", (await ActivateAsync(code)).Data.GetString());
        await ActivateAsync(Wrong(code));
        Assert.Equal("invalid_code", (await ActivateAsync(code)).Message);
    }

    [Fact, Holds("A6")]
    public async Task An_activation_that_was_cut_off_before_the_contest_leaves_no_password()
    {
        await App.RegisterAsync(Address, First);
        var code = await App.NextCodeAsync(Address);
        var row = Assert.Single(await App.AddressRowsAsync(Address), row => row.RowKey.StartsWith("pending-", StringComparison.Ordinal));
        var cutOff = App.Services.GetRequiredService<NewAccounts>().From(new PendingEntity(row), isContested: false, App.Time.GetUtcNow());
        await App.Table("Accounts").AddEntityAsync(cutOff.Columns);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await App.RegisterAsync(Address, Second);

        Assert.Equal("set_password", (await ActivateAsync(code)).Data.GetString());
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Address, First)).Message);
    }

    [Fact, Holds("A4", "A5")]
    public async Task A_registration_over_an_account_cannot_be_activated()
    {
        await App.ActivateAsync(Address);
        await App.RegisterAsync(Address, "the stranger's 1st");
        await App.WaitForMailsAsync(Address, 2);
        var pending = Assert.Single(
            await App.AddressRowsAsync(Address), row => row.RowKey.StartsWith("pending-", StringComparison.Ordinal));
        var codes = (AccountFunctions.Security.Codes.VerificationCodes)App.Services.GetService(
            typeof(AccountFunctions.Security.Codes.VerificationCodes))!;
        var code = codes.Derive(AccountFunctions.Security.Codes.CodePurpose.Activation, pending.PartitionKey, pending.GetString("Nonce"));

        Assert.Equal("invalid_code", (await ActivateAsync(code)).Message);
        Assert.Equal("not_active", (await App.LoginAsync(Address, "the stranger's 1st")).Message);
    }

    private static string Wrong(string code) => (code[0] == '9' ? '0' : (char)(code[0] + 1)) + code[1..];

    private Task<Answer> ActivateAsync(string code) => App.PostAsync("activate", new { username = Address, code });

    // Two registrations with different passwords, and their codes.
    private async Task<string[]> ContestAsync(TimeSpan? between = null)
    {
        await App.RegisterAsync(Address, First);
        var first = await App.NextCodeAsync(Address);
        App.Time.Advance(between ?? TimeSpan.FromMinutes(1));
        await App.RegisterAsync(Address, Second);
        return [first, await App.NextCodeAsync(Address, mails: 2)];
    }

    private async Task<string> RowsAsync() => string.Join('\n', (await App.AddressRowsAsync(Address))
        .Concat(await App.AccountRowsAsync(Address))
        .Where(row => !row.RowKey.StartsWith("mail-", StringComparison.Ordinal))
        .Select(row => string.Join(' ', row.Where(column => column.Key is not ("Commit" or "odata.etag" or "Timestamp")))));
}
