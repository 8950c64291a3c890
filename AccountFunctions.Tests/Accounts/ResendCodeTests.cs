using System.Net;
using Azure.Data.Tables;

namespace AccountFunctions.Tests.Accounts;

public sealed class ResendCodeTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Address = "ada@example.com";

    [Fact]
    public async Task An_account_gets_a_reset_code()
    {
        await App.ActivateAsync(Address);
        var answer = await AskAsync(Address);

        Assert.Equal("""{"status":"success","code":200,"data":"success","message":null}""", answer.Text);
        Assert.Matches(@"^\d{6} is your Example password reset code$", (await App.WaitForMailsAsync(Address, 2))[1].Subject);
    }

    [Fact]
    public async Task A_registration_that_waits_gets_its_activation_code_again()
    {
        await App.RegisterAsync(Address);
        var first = await App.NextCodeAsync(Address);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await AskAsync(Address);

        Assert.Equal(first, await App.NextCodeAsync(Address, mails: 2));
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("activate", new { username = Address, code = first })).Status);
    }

    [Fact]
    public async Task A_registration_whose_tries_are_used_up_gets_a_new_code_with_new_ones()
    {
        await App.RegisterAsync(Address);
        var first = await App.NextCodeAsync(Address);
        for (var tries = 0; tries < 5; tries++)
        {
            await App.PostAsync("activate", new { username = Address, code = first == "000000" ? "000001" : "000000" });
        }

        Assert.Equal("invalid_code", (await App.PostAsync("activate", new { username = Address, code = first })).Message);
        App.Time.Advance(TimeSpan.FromMinutes(1));
        await AskAsync(Address);
        var second = await App.NextCodeAsync(Address, mails: 2);

        Assert.NotEqual(first, second);
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("activate", new { username = Address, code = second })).Status);
    }

    [Fact, Holds("A1")]
    public async Task Known_unknown_and_disabled_addresses_get_one_answer_and_leave_the_same_rows()
    {
        await App.ActivateAsync("known@example.com");
        await App.ActivateAsync("disabled@example.com");
        var row = (await App.RowsAsync("Accounts"))
            .Single(row => row.RowKey == "account" && row.GetString("Username") == "disabled@example.com");
        row["Disabled"] = true;
        await App.Table("Accounts").UpdateEntityAsync(row, row.ETag, TableUpdateMode.Replace);
        var answers = new List<Answer>();
        foreach (var name in new[] { "known", "disabled", "unknown" })
        {
            answers.Add(await AskAsync($"{name}@example.com"));
        }

        await App.WaitForMailsAsync("known@example.com", 2);
        await App.DrainAsync();
        Assert.Single(answers.Select(answer => (answer.Status, answer.Text, string.Join(',', answer.Headers.Keys.Order()))).Distinct());
        Assert.Equal(3, (await App.RowsAsync("Addresses")).Count(row => row.RowKey == "code-reset"));
        Assert.Empty(await App.MailsAsync("unknown@example.com"));
        Assert.Single(await App.MailsAsync("disabled@example.com"));
    }

    [Fact, Holds("B5", "C4", "S4")]
    public async Task One_address_gets_one_mail_a_minute_five_an_hour_and_ten_a_day_over_all_purposes()
    {
        await App.ActivateAsync(Address);
        Assert.Equal(HttpStatusCode.OK, (await AskAsync(Address)).Status);
        Assert.Equal("60", (await AskAsync(Address)).Headers["Retry-After"]);
        for (var mail = 3; mail <= 5; mail++)
        {
            App.Time.Advance(TimeSpan.FromMinutes(1));
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(Address)).Status);
        }

        App.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.TooManyRequests, (await AskAsync(Address)).Status);
        for (var mail = 6; mail <= 10; mail++)
        {
            App.Time.Advance(TimeSpan.FromHours(1));
            Assert.Equal(HttpStatusCode.OK, (await AskAsync(Address)).Status);
        }

        App.Time.Advance(TimeSpan.FromHours(1));
        var capped = await AskAsync(Address);
        Assert.Equal((HttpStatusCode.TooManyRequests, "throttled"), (capped.Status, capped.Message));
        Assert.True(int.Parse(capped.Headers["Retry-After"], null) > 17 * 3600);
    }

    [Fact, Holds("C5")]
    public async Task Asking_at_once_from_everywhere_counts_exactly()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 64).Select(_ => AskAsync(Address)));

        Assert.Single(answers, answer => answer.Status is HttpStatusCode.OK);
        Assert.Equal(63, answers.Count(answer => answer.Status is HttpStatusCode.TooManyRequests));
    }

    [Fact]
    public async Task A_disclosing_deployment_says_that_an_address_is_unknown()
    {
        await using var telling = await TestApp.StartAsync(NewStorage(), new() { ["Accounts:DiscloseAddresses"] = "true" });

        Assert.Equal(
            (HttpStatusCode.BadRequest, "invalid_username"),
            await telling.PostAsync("code", new { username = Address }) is var answer ? (answer.Status, answer.Message) : default);
    }

    private Task<Answer> AskAsync(string username) => App.PostAsync("code", new { username, code = (string?)null });
}
