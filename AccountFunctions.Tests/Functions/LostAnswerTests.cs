using System.Net;

namespace AccountFunctions.Tests.Functions;

/// <summary>
/// The life of an account over a connection that loses each answer once, so that the client repeats every call. The table of
/// docs/clients.md says what each repeat answers.
/// </summary>
public sealed class LostAnswerTests(AzuriteFixture azurite) : AppTests(azurite)
{
    private const string Address = "ada@example.com";
    private const string Moved = "ada@example.org";
    private const string Changed = "green tractor 78";
    private const string Reset = "yellow tractor 79";
    private string? access;
    private string? refresh;

    protected override Task<TestApp> StartAsync(string storage) => TestApp.StartAsync(
        storage, new() { ["Throttle:ResendCooldown"] = "00:00:00", ["Throttle:MailsPerHour"] = "50", ["Throttle:MailsPerDay"] = "50" });

    [Fact, Holds("B13")]
    public async Task Every_call_may_be_repeated_and_has_one_effect()
    {
        await SucceedAsync("register", new { username = Address, password1 = TestApp.Password, password2 = TestApp.Password });
        await RedeemAsync("activate", Address, code => new { username = Address, code });
        Keep(await SucceedAsync("login", new { username = Address, password = TestApp.Password }));
        Keep(await SucceedAsync("refresh", new { refresh }));
        var state = (await App.GetAsync("details", access)).Headers["ETag"];
        Assert.Equal("Mathematician", (await UpdateAsync(state)).Data.GetProperty("job").GetString());

        // The change voids the access token, so the client that repeats it refreshes first.
        object passwords = new { password = TestApp.Password, new_password = Changed };
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("password", passwords, access)).Status);
        Assert.Equal("token_not_valid", (await App.PostAsync("password", passwords, access)).Message);
        Keep(await SucceedAsync("refresh", new { refresh }));
        await SucceedAsync("password", passwords);
        Keep(await SucceedAsync("refresh", new { refresh }));

        await SucceedAsync("email", new { password = Changed, username = Moved });
        await RedeemAsync("email/confirm", Moved, code => new { code });
        await SucceedAsync("email", new { password = Changed, username = Moved.ToUpperInvariant() });
        await SucceedAsync("email", new { password = Changed, username = Moved });
        var other = (await App.LoginAsync(Moved, Changed)).Data;
        await EndAsync(await SessionOfAsync(other.GetProperty("access").GetString()!));
        Assert.Equal(
            "token_not_valid", (await App.PostAsync("refresh", new { refresh = other.GetProperty("refresh").GetString() })).Message);

        await SucceedAsync("code", new { username = Moved });
        await RedeemAsync("forgot", Moved, code => new { username = Moved, code, new_password = Reset });
        Keep(await SucceedAsync("login", new { username = Moved, password = Reset }));
        var deleted = await App.PostAsync("delete", new { password = Reset }, access);
        Assert.Equal(deleted.Text, (await SucceedAsync("delete", new { password = Reset })).Text);
        Keep(await SucceedAsync("restore", new { username = Moved, password = Reset }));
        await SucceedAsync("logout", new { });
        Assert.Equal(HttpStatusCode.OK, (await App.PostAsync("logout", new { all = true }, access)).Status);
        Assert.Equal("token_not_valid", (await App.PostAsync("logout", new { all = true }, access)).Message);

        Keep(await App.LoginAsync(Moved, Reset));
        var kinds = (await App.GetAsync("events?page_size=100", access)).Data.GetProperty("events").EnumerateArray()
            .Select(recorded => recorded.GetProperty("kind").GetString()).ToList();
        Assert.All(
            ["activated", "password_changed", "email_changed", "session_revoked", "password_reset", "deletion_requested", "restored"],
            kind => Assert.Equal((kind, 1), (kind, kinds.Count(recorded => recorded == kind))));
        await App.DrainAsync();
        foreach (var mailbox in new[] { Address, Moved })
        {
            var notices = (await App.MailsAsync(mailbox)).Select(mail => mail.Subject).Where(subject => !char.IsDigit(subject[0])).ToList();
            Assert.Equal(notices.Distinct(), notices);
        }
    }

    // Whose first answer got lost.
    private async Task<Answer> SucceedAsync(string operation, object body)
    {
        await App.PostAsync(operation, body, access);
        App.Time.Advance(TimeSpan.FromSeconds(1));
        var answer = await App.PostAsync(operation, body, access);
        Assert.True(answer.Status is HttpStatusCode.OK or HttpStatusCode.Created, $"{operation}: {answer.Text}");
        return answer;
    }

    // A repeated request for a code has voided the one of the first mail.
    private async Task RedeemAsync(string operation, string to, Func<string, object> body)
    {
        HashSet<string> tried = [];
        await Eventually.TrueAsync(
            async () =>
            {
                // The two mails may arrive in either order.
                var code = (await App.MailsAsync(to)).Select(mail => mail.Subject.Split(' ')[0])
                    .LastOrDefault(word => word.All(char.IsDigit) && !tried.Contains(word));
                return code is not null
                    && tried.Add(code)
                    && (await App.PostAsync(operation, body(code), access)).Status is HttpStatusCode.OK
                    && (await App.PostAsync(operation, body(code), access)).Status is HttpStatusCode.OK;
            },
            () => $"No code is good for {operation}.");
    }

    private async Task<Answer> UpdateAsync(string state)
    {
        var answers = new List<Answer>();
        for (var call = 0; call < 2; call++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/api/account/details")
            {
                Content = System.Net.Http.Json.JsonContent.Create(new { job = "Mathematician" }),
            };
            request.Headers.TryAddWithoutValidation("If-Match", state);
            answers.Add(await App.SendAsync(request, access));
        }

        Assert.Equal(answers[0].Text, answers[1].Text);
        return answers[1];
    }

    private async Task EndAsync(string session)
    {
        for (var call = 0; call < 2; call++)
        {
            using var request = new HttpRequestMessage(HttpMethod.Delete, $"/api/account/sessions/{session}");
            Assert.Equal(HttpStatusCode.OK, (await App.SendAsync(request, access)).Status);
        }
    }

    private async Task<string> SessionOfAsync(string token) => (await App.GetAsync("sessions", token)).Data.EnumerateArray()
        .Single(session => session.GetProperty("current").GetBoolean()).GetProperty("id").GetString()!;

    private void Keep(Answer answer) =>
        (access, refresh) = (answer.Data.GetProperty("access").GetString(), answer.Data.GetProperty("refresh").GetString());
}
