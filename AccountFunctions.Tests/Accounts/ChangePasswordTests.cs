using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Time.Testing;

namespace AccountFunctions.Tests.Accounts;

public sealed class ChangePasswordTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Address = "ada@example.com";
    private const string NewPassword = "green tractor 78";
    private JsonElement login;

    protected override async Task PrepareAsync()
    {
        login = await App.SignInAsync(Address);
    }

    [Fact]
    public async Task A_change_that_is_sent_again_because_its_answer_was_lost_is_a_success_without_a_second_effect()
    {
        var change = new { password = TestApp.Password, new_password = NewPassword };
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("password", change, login.GetProperty("access").GetString())).Status);
        login = (await RefreshAsync(login)).Data;
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("password", change, login.GetProperty("access").GetString())).Status);
        Assert.Equal(HttpStatusCode.OK, (await RefreshAsync(login)).Status);
        await App.DrainAsync();
        Assert.Equal(2, (await App.MailsAsync(Address)).Count);

        // Another password in its place is a guess, and what another session has changed is not repeated.
        var guess = new { password = TestApp.Password, new_password = "another tractor 79" };
        Assert.Equal("invalid_password", (await App.PostAsync("password", guess, login.GetProperty("access").GetString())).Message);
        var other = (await App.LoginAsync(Address, NewPassword)).Data.GetProperty("access").GetString();
        Assert.Equal("invalid_password", (await App.PostAsync("password", change, other)).Message);
    }

    [Fact, Holds("C9")]
    public async Task The_owner_gets_five_notices_a_day_while_the_changes_go_on_and_they_use_up_no_other_mail()
    {
        var passwords = Enumerable.Range(0, 8).Select(number => $"purple tractor {number}").Prepend(TestApp.Password).ToList();
        foreach (var (number, (old, next)) in passwords.Zip(passwords.Skip(1)).Index())
        {
            Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("password", new
            {
                password = old,
                new_password = next,
            }, login.GetProperty("access").GetString())).Status);
            login = (await RefreshAsync(login)).Data;
            await App.WaitForMailsAsync(Address, Math.Min(number + 2, 6));
            App.Time.Advance(TimeSpan.FromSeconds(1));
        }

        await App.DrainAsync();
        Assert.Equal(6, (await App.MailsAsync(Address)).Count);
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("code", new { username = Address })).Status);
    }

    [Fact, Holds("C9")]
    public async Task Strangers_who_use_up_the_mails_of_an_address_keep_no_notice_from_its_owner()
    {
        for (var mails = 0; mails < 4; mails++)
        {
            App.Time.Advance(TimeSpan.FromMinutes(1));
            await App.PostAsync("code", new { username = Address });
            await App.WaitForMailsAsync(Address, mails + 2);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await App.PostAsync("code", new { username = Address })).Status);
        var change = new { password = TestApp.Password, new_password = NewPassword };
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("password", change, login.GetProperty("access").GetString())).Status);
        Assert.Equal("Your Example password was changed", (await App.WaitForMailsAsync(Address, 6))[^1].Subject);
    }

    [Theory, Holds("E9")]
    [InlineData(-29)]
    [InlineData(20)]
    public async Task Every_change_is_reported_although_the_clocks_of_instances_differ(int seconds)
    {
        var time = new FakeTimeProvider(App.Time.GetUtcNow().AddSeconds(seconds));
        await using var other = await TestApp.StartAsync(App.Storage, time: time);
        var stays = TestApp.Password;
        foreach (var (app, number) in ((TestApp[])[App, other, App, other]).Select((app, number) => (app, number)))
        {
            var token = login.GetProperty("access").GetString();
            var changed = await app.PostAsync("password", new { password = stays, new_password = $"{NewPassword}{number}" }, token);
            Assert.Equal(HttpStatusCode.OK, changed.Status);
            (stays, login) = ($"{NewPassword}{number}", (await RefreshAsync(login)).Data);
            App.Time.Advance(TimeSpan.FromSeconds(1));
            time.Advance(TimeSpan.FromSeconds(1));
        }

        // Each app has an outbox of its own, and either may handle a job.
        await Eventually.TrueAsync(async () => await CountAsync() >= 4, () => "A change was not reported.");

        async Task<int> CountAsync() => (await App.MailsAsync(Address)).Concat(await other.MailsAsync(Address))
            .Count(mail => mail.Subject == "Your Example password was changed");
    }

    [Fact, Holds("E7", "E9", "S7")]
    public async Task The_calling_session_goes_on_and_everything_else_ends()
    {
        var other = (await App.LoginAsync(Address)).Data;
        var answer = await ChangeAsync(TestApp.Password);

        Assert.Equal((HttpStatusCode.OK, "success"), (answer.Status, answer.Data.GetString()));
        Assert.Equal("token_not_valid", (await App.GetAsync("details", login.GetProperty("access").GetString())).Message);
        Assert.Equal("token_not_valid", (await RefreshAsync(other)).Message);
        var refreshed = await RefreshAsync(login);
        Assert.Equal(HttpStatusCode.OK, refreshed.Status);
        Assert.Equal(HttpStatusCode.OK, (await App.GetAsync("details", refreshed.Data.GetProperty("access").GetString())).Status);
        Assert.Equal("invalid_credentials", (await App.LoginAsync(Address)).Message);
        Assert.Equal(HttpStatusCode.OK, (await App.LoginAsync(Address, NewPassword)).Status);
        Assert.Equal("Your Example password was changed", (await App.WaitForMailsAsync(Address, 2))[1].Subject);
    }

    [Fact, Holds("D5")]
    public async Task A_wrong_password_counts_like_a_failed_sign_in()
    {
        for (var i = 0; i < 5; i++)
        {
            Assert.Equal(
                (HttpStatusCode.BadRequest, "invalid_password"),
                await ChangeAsync("a wrong password") is var wrong ? (wrong.Status, wrong.Message) : default);
        }

        Assert.Equal(HttpStatusCode.TooManyRequests, (await ChangeAsync(TestApp.Password)).Status);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await App.LoginAsync(Address)).Status);
    }

    [Theory]
    [InlineData("short", "new_password: too_short")]
    [InlineData("password1", "new_password: too_common")]
    [InlineData("ada@example.com", "new_password: too_similar")]
    [InlineData("Lovelace1815", "new_password: too_similar")]
    public async Task A_weak_password_is_refused(string weak, string message) =>
        Assert.Equal(message, (await App.PostAsync("password", new
        {
            password = TestApp.Password,
            new_password = weak,
        }, login.GetProperty("access").GetString())).Message);

    [Fact]
    public async Task Without_a_token_it_is_401() =>
        Assert.Equal(
            "not_authenticated",
            (await App.PostAsync("password", new { password = TestApp.Password, new_password = NewPassword })).Message);

    [Fact]
    public async Task Two_changes_at_once_do_not_both_win()
    {
        var token = login.GetProperty("access").GetString();
        var answers = await Task.WhenAll(
            Enumerable.Range(0, 16).Select(
                i => App.PostAsync("password", new { password = TestApp.Password, new_password = $"green tractor {i} of many" }, token)));

        Assert.Single(answers, answer => answer.Status is HttpStatusCode.OK);
        Assert.All(
            answers.Where(answer => answer.Status is not HttpStatusCode.OK), answer => Assert.Equal("token_not_valid", answer.Message));
    }

    private Task<Answer> ChangeAsync(string password) =>
        App.PostAsync("password", new { password, new_password = NewPassword }, login.GetProperty("access").GetString());

    private Task<Answer> RefreshAsync(JsonElement session) =>
        App.PostAsync("refresh", new { refresh = session.GetProperty("refresh").GetString() });
}
