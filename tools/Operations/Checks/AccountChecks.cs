using System.Text.Json;

namespace Operations.Checks;

/// <summary>What the owner of an account does, from sign-in to deletion. Begins and ends with the usual password.</summary>
public sealed class AccountChecks(
    CheckClient api, CheckReport report, CheckedAccount account, ServiceChecks service, TimeProvider time)
{
    public async Task RunAsync()
    {
        await CheckSignInAsync();
        await CheckDetailsAsync();
        await CheckRefreshAsync();
        await CheckPasswordAsync();
        await CheckResetAsync();
        await CheckSessionsAsync();
        await CheckHistoryAsync();
        await CheckDeletionAsync();
    }

    private async Task CheckSignInAsync()
    {
        await report.CheckAsync(
            "signs in with no wrong password",
            async () => (await account.LoginAsync(account.WrongPassword)).Refuses(400, "invalid_credentials"));
        var expiresIn = 0;
        await report.CheckAsync("signs in with the right password", async () =>
        {
            account.SignOut();
            var tokens = account.Take(await account.LoginAsync(account.UsualPassword));
            expiresIn = tokens.Member("expires_in").GetInt32();
            Expect.That(tokens.Text("device").Length > 0, "device is empty");
        });
        await report.CheckAsync(
            "issues an access token that others can validate",
            () => service.ValidateAsync(account.Access, time.GetUtcNow(), expiresIn));
        await report.CheckAsync("takes no altered access token", async () =>
        {
            var parts = account.Access.Split('.');
            var signature = $"{(parts[2][0] == 'A' ? 'B' : 'A')}{parts[2][1..]}";
            (await api.GetAsync("account/details", $"{parts[0]}.{parts[1]}.{signature}")).Refuses(401, "token_not_valid");
        });
    }

    private async Task CheckDetailsAsync()
    {
        var (first, second) = ("", "");
        await report.CheckAsync("shows the details", async () =>
        {
            var answer = await api.GetAsync("account/details", account.Access);
            var details = answer.Succeeds();
            Expect.Equal(account.Username, details.Text("username"), "username");
            string[] members = ["first_name", "last_name", "country_code", "expiration_date", "hobbies", "job", "bio", "role", "language"];
            Expect.That(Array.TrueForAll(members, name => details.TryGetProperty(name, out _)), "a member is missing");
            first = answer.Header("ETag");
        });
        await report.CheckAsync("changes the details that the client has seen", async () =>
        {
            Expect.That(first.Length > 0, "there is no ETag");
            var text = CheckedAccount.NewPassword();
            var answer = await api.PostAsync("account/details", new { bio = text, id = "ignored" }, account.Access, first);
            Expect.Equal(text, answer.Succeeds().Text("bio"), "bio");
            second = answer.Header("ETag");
            Expect.That(first != second, "the ETag stays");
            var read = await api.GetAsync("account/details", account.Access);
            Expect.Equal(text, read.Succeeds().Text("bio"), "bio");
            Expect.Equal(second, read.Header("ETag"), "ETag");
        });
        await report.CheckAsync("changes no details that the client has not seen", async () =>
        {
            Expect.That(first.Length > 0, "there is no ETag");
            (await api.PostAsync("account/details", new { bio = "overwritten" }, account.Access, first)).Refuses(412, "stale");
        });
        await report.CheckAsync("clears a detail", async () => Expect.That(
            (await api.PostAsync("account/details", new { bio = (string?)null }, account.Access)).Succeeds().Member("bio").ValueKind
                is JsonValueKind.Null,
            "bio is not null"));
        await report.CheckAsync("takes no detail that is too long", async () =>
            (await api.PostAsync("account/details", new { job = new string('x', 101) }, account.Access)).Refuses(400, "job: too_long"));
    }

    private async Task CheckRefreshAsync()
    {
        var (first, second) = ("", "");
        await report.CheckAsync("refreshes the tokens", async () =>
        {
            first = account.Refresh;
            second = account.Take(await account.RefreshAsync(first)).Text("refresh");
            Expect.That(first != second, "the refresh token stays");
            (await api.GetAsync("account/details", account.Access)).Succeeds();
        });
        await report.CheckAsync("repeats a refresh whose answer was lost", async () =>
        {
            Expect.That(second.Length > 0, "there is no refresh token");
            var again = account.Take(await account.RefreshAsync(first)).Text("refresh");
            Expect.That(again == second, "the successor is another");
        });
        await report.CheckAsync("ends a session whose refresh token comes again later", async () =>
        {
            Expect.That(second.Length > 0, "there is no refresh token");
            account.Take(await account.RefreshAsync(second));
            (await account.RefreshAsync(first)).Refuses(401, "token_not_valid");
            (await account.RefreshAsync(account.Refresh)).Refuses(401, "token_not_valid");
        });
    }

    private async Task CheckPasswordAsync()
    {
        var changed = CheckedAccount.NewPassword();
        await report.CheckAsync("changes the password for nobody without it", async () =>
        {
            await account.SignInAsync(account.UsualPassword);
            (await ChangePasswordAsync(account.WrongPassword, changed)).Refuses(400, "invalid_password");
        });
        await report.CheckAsync("changes the password", async () =>
        {
            (await ChangePasswordAsync(account.UsualPassword, changed)).IsDone();
            (await api.GetAsync("account/details", account.Access)).Refuses(401, "token_not_valid");
        });
        await report.CheckAsync(
            "keeps the session that changed it", async () => account.Take(await account.RefreshAsync(account.Refresh)));
        await report.CheckAsync("signs in with the new password only", async () =>
        {
            // A registration that this run made at an address with an account keeps its password for a day, and answers not_active.
            var refused = await account.LoginAsync(account.UsualPassword);
            refused.Refuses(400, refused.Json.Text("message") is "not_active" ? "not_active" : "invalid_credentials");
            (await account.LoginAsync(changed)).Succeeds();
        });
    }

    private async Task CheckResetAsync()
    {
        await report.CheckAsync(
            "resets no password before a code was requested",
            async () => (await account.ForgotAsync(account.Code, account.WrongPassword)).Refuses(400, "invalid_code"));
        await report.CheckAsync("gives out a code", async () => (await account.MailCodeAsync()).IsDone());
        await report.CheckAsync(
            "resets no password with a wrong code",
            async () => (await account.ForgotAsync(account.WrongCode, account.UsualPassword)).Refuses(400, "invalid_code"));
        await report.CheckAsync(
            "resets to no weak password, and keeps the code",
            async () => (await account.ForgotAsync(account.Code, "short")).Refuses(400, "new_password: too_short"));
        await report.CheckAsync("resets the password, and ends every session", async () =>
        {
            (await account.ForgotAsync(account.Code, account.UsualPassword)).IsDone();
            (await account.RefreshAsync(account.Refresh)).Refuses(401, "token_not_valid");
        });
        await report.CheckAsync("repeats a reset whose answer was lost, but no other", async () =>
        {
            (await account.ForgotAsync(account.Code, account.UsualPassword)).IsDone();
            (await account.ForgotAsync(account.Code, account.WrongPassword)).Refuses(400, "invalid_code");
        });
    }

    private async Task CheckSessionsAsync()
    {
        var other = "";
        await report.CheckAsync("lists the sessions", async () =>
        {
            var before = account.Take(await account.LoginAsync(account.UsualPassword)).Text("refresh");
            await account.SignInAsync(account.UsualPassword);
            var sessions = (await ListSessionsAsync()).ToLookup(
                session => session.Member("current").ValueKind is JsonValueKind.True, session => session.Text("id"));
            Expect.That(sessions[true].Count() == 1, "not one of them is the current one");
            Expect.That(sessions[false].Any(), "they are not all there");
            other = sessions[false].First();
            Expect.That(before != account.Refresh, "two sessions have one refresh token");
        });
        await report.CheckAsync("ends another session", async () =>
        {
            (await EndAsync(other)).IsDone();
            Expect.That(!(await ListSessionsAsync()).Any(session => session.Text("id") == other), "it is still listed");
        });
        await report.CheckAsync("knows no other session", async () => (await EndAsync(new string('0', 32))).Refuses(404, "not_found"));
    }

    private async Task CheckHistoryAsync()
    {
        await report.CheckAsync("shows the history, page by page", async () =>
        {
            var page = (await api.GetAsync("account/events?page_size=2", account.Access)).Succeeds();
            Expect.That(page.Member("events").Items().Count == 2, "the first page has not as many events as requested");
            var next = Uri.EscapeDataString(page.Text("next"));
            var events = (await api.GetAsync($"account/events?page_size=50&page_token={next}", account.Access)).Succeeds()
                .Member("events").Items();
            Expect.That(events.Any(one => one.Text("kind") == "signed_in"), "it has no sign-in");
        });
        await report.CheckAsync("takes no page token of its own making", async () =>
            (await api.GetAsync("account/events?page_token=none", account.Access)).Refuses(400, "page_token: invalid"));
        await report.CheckAsync("exports the account", async () =>
        {
            var answer = await api.GetAsync("account/export", account.Access);
            answer.Is(200);
            Expect.That(answer.Header("Content-Disposition").StartsWith("attachment", StringComparison.Ordinal), "it is no attachment");
            Expect.Equal(account.Username, answer.Json.Member("account").Member("details").Text("username"), "username");
            Expect.That(answer.Json.Member("events").Items().Count > 0, "it has no events");
        });
        await report.CheckAsync("signs out", async () =>
        {
            (await api.PostAsync("account/logout", new { }, account.Access)).IsDone();
            (await account.RefreshAsync(account.Refresh)).Refuses(401, "token_not_valid");
        });
    }

    private async Task CheckDeletionAsync()
    {
        await report.CheckAsync("deletes the account for nobody without the password", async () =>
        {
            await account.SignInAsync(account.UsualPassword);
            (await DeleteAsync(account.WrongPassword)).Refuses(400, "invalid_password");
        });
        await report.CheckAsync("plans the deletion, and ends every session", async () =>
        {
            var reply = (await DeleteAsync(account.UsualPassword)).Succeeds();
            Expect.That(reply.Member("deletes_at").TryGetDateTimeOffset(out _), "deletes_at is no time");
            (await account.LoginAsync(account.UsualPassword)).Refuses(400, "deletion_pending");
            (await account.RefreshAsync(account.Refresh)).Refuses(401, "token_not_valid");
        });
        await report.CheckAsync(
            "restores the account", async () => account.Take(await account.RestoreAsync(account.UsualPassword)));
        await report.CheckAsync("deletes the account", async () =>
        {
            (await DeleteAsync(account.UsualPassword)).Succeeds();
            account.SignOut();
        });
    }

    private Task<CheckAnswer> ChangePasswordAsync(string password, string changed) =>
        api.PostAsync("account/password", new { password, new_password = changed }, account.Access);

    private Task<CheckAnswer> DeleteAsync(string password) => api.PostAsync("account/delete", new { password }, account.Access);

    private Task<CheckAnswer> EndAsync(string session) =>
        api.SendAsync(HttpMethod.Delete, $"account/sessions/{session}", null, account.Access);

    private async Task<IReadOnlyList<JsonElement>> ListSessionsAsync() =>
        (await api.GetAsync("account/sessions", account.Access)).Succeeds().Items();
}
