using System.Text.RegularExpressions;

namespace AccountFunctions.Tests;

public sealed class SecurityLogTests(AzuriteFixture azurite)
{
    [Fact, Holds("I2")]
    public async Task Every_act_and_outcome_is_logged_under_the_trace_id_of_the_answer()
    {
        await using var app = await TestApp.StartAsync(azurite.NewStorage(), new() { ["Throttle:SignInFailures"] = "1" });
        await app.SignInAsync("ada@example.com");
        var account = (await app.RowsAsync("Accounts")).Single(row => row.RowKey == "account").PartitionKey;
        var wrong = await app.LoginAsync("ada@example.com", "a wrong password");
        var delayed = await app.LoginAsync("ada@example.com");
        var forged = await app.GetAsync("details", "x.y.z");
        var bad = await app.PostAsync("register", new { username = "a" });

        AssertLogged($"Account {account} signed in, session [0-9a-f]{{32}}\\.");
        AssertLogged($"A wrong password was tried on account {account}\\.", wrong);
        AssertLogged("Login refused: 400 invalid_credentials\\.", wrong);
        AssertLogged("Login refused: 429 throttled\\.", delayed);
        AssertLogged("GetDetails refused: 401 token_not_valid\\.", forged);
        AssertLogged("Register refused: 400 username: invalid_email,password1: required,password2: required\\.", bad);

        void AssertLogged(string line, Answer? answer = null) => Assert.Single(
            app.Logs.Text.Split('\n'), text => Regex.IsMatch(text, line)
                && (answer is null || text.Contains($"TraceId:{answer.Headers["X-Request-Id"]}", StringComparison.Ordinal)));
    }
}
