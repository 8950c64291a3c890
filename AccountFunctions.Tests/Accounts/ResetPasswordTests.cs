using System.Net;
using System.Text.Json;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Tests.Security;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Tests.Accounts;

[SharedApp]
public sealed class ResetPasswordTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string NewPassword = "green tractor 78";
    private JsonElement login;
    private string code = "";

    private string Address { get; } = NewAddress();

    protected override async Task PrepareAsync()
    {
        login = await App.SignInAsync(Address);
        await App.PostAsync("code", new { username = Address });
        code = await App.NextCodeAsync(Address, mails: 2);
    }

    [Fact, Holds("E7", "E9", "S7")]
    public async Task The_mailed_code_sets_the_password_ends_every_session_and_mails_a_notice()
    {
        var answer = await ResetAsync(code);

        Assert.Equal("""{"status":"success","code":200,"data":"success","message":null}""", answer.Text);
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Address)).Message);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address, NewPassword)).Status);
        Assert.Equal("token_not_valid", (await App.GetAsync("details", login.GetProperty("access").GetString())).Message);
        Assert.Equal(
            "token_not_valid", (await App.PostAsync("refresh", new { refresh = login.GetProperty("refresh").GetString() })).Message);
        Assert.Equal("Your Example password was reset", (await App.WaitForMailsAsync(Address, 3))[2].Subject);
        Assert.Contains(await App.AccountRowsAsync(Address), row => row.GetString("Kind") == "password_reset");
    }

    [Fact, Holds("B10", "S3")]
    public async Task A_pending_code_changes_nothing_about_signing_in() =>
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address)).Status);

    [Fact, Holds("B3", "S12")]
    public async Task A_code_is_good_once_even_for_sixty_four_at_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(number => ResetAsync(code, $"{NewPassword}{number}")));

        Assert.Single(answers, answer => answer.Status is HttpStatusCode.OK);
        Assert.Equal(63, answers.Count(answer => answer.Message is "invalid_code"));
        Assert.Equal("invalid_code", (await ResetAsync(code, "yellow tractor 79")).Message);
    }

    [Fact, OwnApp, Holds("B3", "B13")]
    public async Task The_same_call_answers_the_same_for_ten_minutes_and_resets_once()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => ResetAsync(code)));
        var session = (await App.LoginAsync(Address, NewPassword)).Data;
        App.Time.Advance(TimeSpan.FromMinutes(10) - TimeSpan.FromSeconds(1));

        Assert.All(answers, answer => Assert.Equal(HttpStatusCode.OK, answer.Status));
        Assert.Equal(HttpStatusCode.OK, (await ResetAsync(code)).Status);
        Assert.Equal("invalid_code", (await ResetAsync(code, "yellow tractor 79")).Message);
        Assert.Equal("invalid_code", (await ResetAsync(Wrong())).Message);
        Assert.Equal(HttpStatusCode.OK, (await App.GetAsync("details", session.GetProperty("access").GetString())).Status);
        Assert.Single(await App.AccountRowsAsync(Address), row => row.GetString("Kind") == "password_reset");
        await App.WaitForMailsAsync(Address, 3);
        await App.DrainAsync();
        Assert.Single(await App.MailsAsync(Address), mail => mail.Subject == "Your Example password was reset");
        App.Time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal("invalid_code", (await ResetAsync(code)).Message);
    }

    [Theory, Holds("B13", "C1")]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_redeemed_code_allows_no_more_guesses_than_an_open_one(bool isCodeKnown)
    {
        await ResetAsync(code);
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("invalid_code", (await ResetAsync(isCodeKnown ? code : Wrong(), "a guessed pass phrase")).Message);
        }

        Assert.Equal("invalid_code", (await ResetAsync(code)).Message);
    }

    [Fact, Holds("B13")]
    public async Task A_repeated_call_does_not_undo_a_later_change_of_the_password()
    {
        await ResetAsync(code);
        var session = (await App.LoginAsync(Address, NewPassword)).Data;
        await App.PostAsync(
            "password",
            new { password = NewPassword, new_password = "yellow tractor 79" },
            session.GetProperty("access").GetString());

        Assert.Equal("invalid_code", (await ResetAsync(code)).Message);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address, "yellow tractor 79")).Status);
    }

    [Fact, Holds("B12")]
    public async Task A_code_is_read_as_people_paste_it_and_what_cannot_be_one_costs_no_try()
    {
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal("code: invalid", (await ResetAsync(code[..5])).Message);
        }

        Assert.Equal(HttpStatusCode.OK, (await ResetAsync($"{code[..3]} {code[3..]}")).Status);
    }

    [Fact, Holds("B4", "S4")]
    public async Task Five_wrong_codes_kill_the_right_one()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal("invalid_code", (await ResetAsync(Wrong())).Message);
        }

        Assert.Equal("invalid_code", (await ResetAsync(code)).Message);
    }

    [Fact]
    public async Task A_refused_password_does_not_use_up_the_code()
    {
        for (var i = 0; i < 6; i++)
        {
            Assert.Equal("new_password: too_short", (await ResetAsync(code, "short")).Message);
            Assert.Equal("new_password: too_similar", (await ResetAsync(code, "AdaLovelace")).Message);
        }

        Assert.Equal(HttpStatusCode.OK, (await ResetAsync(code)).Status);
    }

    [Theory, Holds("B2", "S2")]
    [InlineData(-1, true)]
    [InlineData(0, false)]
    public async Task A_code_expires_to_the_second(int seconds, bool good)
    {
        App.Time.Advance(TimeSpan.FromMinutes(10) + TimeSpan.FromSeconds(seconds));

        Assert.Equal(good, (await ResetAsync(code)).Status is HttpStatusCode.OK);
    }

    [Fact, Holds("B7")]
    public async Task A_newer_code_supersedes_the_older()
    {
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await App.PostAsync("code", new { username = Address });
        var newer = await App.NextCodeAsync(Address, mails: 3);

        Assert.True(newer == code || (await ResetAsync(code)).Message == "invalid_code");
        Assert.Equal(HttpStatusCode.OK, (await ResetAsync(newer)).Status);
    }

    [Fact, Holds("B6", "S1", "S4")]
    public async Task A_code_of_another_purpose_or_address_is_refused()
    {
        await App.RegisterAsync("eve@example.com");
        var activation = await App.NextCodeAsync("eve@example.com");

        Assert.Equal(
            "invalid_code",
            (await App.PostAsync("forgot", new { username = "eve@example.com", code = activation, new_password = NewPassword })).Message);
        Assert.Equal("invalid_code", (await App.PostAsync("activate", new { username = Address, code })).Message);
        Assert.Equal(
            "invalid_code",
            (await App.PostAsync("forgot", new { username = "eve@example.com", code, new_password = NewPassword })).Message);
        Assert.Equal(HttpStatusCode.OK, (await ResetAsync(code)).Status);
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("activate", new { username = "eve@example.com", code = activation })).Status);
    }

    [Fact, Holds("D8")]
    public async Task A_full_hash_gate_does_not_use_up_the_code()
    {
        var engine = new HookedEngine();
        await using var busy = await TestApp.StartAsync(
            App.Storage, time: App.Time, configure: services => services.Insert(0, ServiceDescriptor.Singleton<IArgon2Engine>(engine)));
        engine.Before = () => throw new UnavailableException(TimeSpan.FromSeconds(1));
        Task<Answer> ResetBusyAsync() => busy.PostAsync("forgot", new { username = Address, code, new_password = NewPassword });

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await ResetBusyAsync()).Status);
        engine.Before = null;
        Assert.Equal(HttpStatusCode.OK, (await ResetBusyAsync()).Status);
    }

    [Fact]
    public async Task Whoever_signs_out_everywhere_meanwhile_does_not_stop_a_reset()
    {
        var engine = new HookedEngine();
        await using var app = await TestApp.StartAsync(
            App.Storage, time: App.Time, configure: services => services.Insert(0, ServiceDescriptor.Singleton<IArgon2Engine>(engine)));
        var thief = (await App.LoginAsync(Address)).Data.GetProperty("access").GetString();
        engine.Before = () => App.PostAsync("logout", new { all = true }, thief).GetAwaiter().GetResult();

        Assert.Equal(
            HttpStatusCode.OK, (await app.PostAsync("forgot", new { username = Address, code, new_password = NewPassword })).Status);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address, NewPassword)).Status);
    }

    [Fact, Holds("C2")]
    public async Task A_reset_works_during_a_sign_in_delay_and_lifts_it()
    {
        for (var i = 0; i < 5; i++)
        {
            await App.LoginAsync(Address, "a wrong password");
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await App.LoginAsync(Address)).Status);
        Assert.Equal(HttpStatusCode.OK, (await ResetAsync(code)).Status);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address, NewPassword)).Status);
    }

    [Fact, Holds("B7")]
    public async Task A_password_change_voids_the_open_code()
    {
        var change = await App.PostAsync(
            "password", new { password = TestApp.Password, new_password = NewPassword }, login.GetProperty("access").GetString());

        Assert.Equal(HttpStatusCode.OK, change.Status);
        Assert.Equal("invalid_code", (await ResetAsync(code, "yellow tractor 79")).Message);
    }

    [Theory]
    [InlineData("{}", "username: required\ncode: required\nnew_password: required")]
    [InlineData("""{"username":"ada","code":1,"new_password":null}""", "username: invalid_email\ncode: invalid\nnew_password: null")]
    [InlineData("""{"username":"nobody@example.com","code":"123456","new_password":"green tractor 78"}""", "invalid_code")]
    public async Task A_bad_request_is_refused_with_its_reason(string body, string message) =>
        Assert.Equal(message, (await App.PostAsync("forgot", JsonSerializer.Deserialize<JsonElement>(body))).Message);

    private string Wrong() => (code[0] == '9' ? '0' : (char)(code[0] + 1)) + code[1..];

    private Task<Answer> ResetAsync(string withCode, string password = NewPassword) =>
        App.PostAsync("forgot", new { username = Address, code = withCode, new_password = password });
}
