namespace Operations.Checks;

/// <summary>
/// Comes by the account of the test address: registers it, or takes the one that an earlier run or anybody else has left, whatever its
/// state.
/// </summary>
public sealed class BeginningChecks(CheckClient api, CheckReport report, CheckedAccount account)
{
    public async Task RunAsync()
    {
        string? state = null;
        await report.CheckAsync("looks for the account of an earlier run", async () =>
        {
            var answer = await account.LoginAsync(account.UsualPassword);
            state = answer.Status == 200 ? "active" : answer.Json.Text("message");
            Expect.That(
                state is "active" or "deletion_pending" or "invalid_credentials" or "not_active",
                $"{state}: an administrator must help, see docs/operations.md");
        });
        switch (state)
        {
            case "deletion_pending":
                await report.CheckAsync(
                    "restores no account without its password",
                    async () => (await account.RestoreAsync(account.WrongPassword)).Refuses(400, "invalid_credentials"));
                await report.CheckAsync(
                    "restores the account of an earlier run",
                    async () => account.Take(await account.RestoreAsync(account.UsualPassword)));
                break;
            case "invalid_credentials" or "not_active":
                await RegisterAsync();
                break;
        }
    }

    private async Task RegisterAsync()
    {
        await report.CheckAsync("registers no two passwords", async () =>
            (await RegisterAsync(account.UsualPassword, account.WrongPassword)).Refuses(400, "password_dont_match"));
        await report.CheckAsync(
            "registers no weak password", async () => (await RegisterAsync("short", "short")).Refuses(400, "password1: too_short"));
        await report.CheckAsync("registers", async () =>
        {
            var reply = (await RegisterAsync(account.UsualPassword, account.UsualPassword)).Succeeds(201);
            Expect.Equal(account.Username, reply.Text("username"), "username");
        });
        await report.CheckAsync(
            "activates with no wrong code", async () => (await account.ActivateAsync(account.WrongCode)).Refuses(400, "invalid_code"));
        var next = "";
        await report.CheckAsync("activates with the right code, unless the account exists", async () =>
        {
            var answer = await account.ActivateAsync(account.Code);
            if (answer.Status == 400)
            {
                answer.Refuses(400, "invalid_code");
                next = "code";
                return;
            }

            next = answer.Succeeds().GetString() ?? "";
            Expect.That(next is "success" or "set_password", $"data is {next}");
            if (next is "success" && (await account.LoginAsync(account.UsualPassword)).Status == 400)
            {
                // Somebody has activated the account with this code a moment ago, and the answer was that of a repeat.
                next = "code";
            }
        });
        if (next is "code")
        {
            // Either the account has another password, or the code is not that of the address.
            await report.CheckAsync("requests a code for the account that exists", async () => (await account.MailCodeAsync()).IsDone());
        }

        if (next is "code" or "set_password")
        {
            await report.CheckAsync(
                "sets the password of the account that exists",
                async () => (await account.ForgotAsync(account.Code, account.UsualPassword)).IsDone());
        }
    }

    private Task<CheckAnswer> RegisterAsync(string password1, string password2) => api.PostAsync("account/register", new
    {
        username = account.Username,
        password1,
        password2,
        first_name = "Check",
        last_name = "Operations",
        country_code = "GB",
    });
}
