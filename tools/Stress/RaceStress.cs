using System.Security.Cryptography;

namespace Stress;

/// <summary>Many requests at once, on one and on two instances: what must happen once happens exactly once, and no count is lost.</summary>
public static class RaceStress
{
    private const int MailsPerHour = 5;

    public static async Task<bool> RunAsync(int rounds)
    {
        var races = new (string Name, Func<Arena, string, Task<string?>> Run)[]
        {
            ("register one address", RegisterAsync),
            ("redeem one activation code", ActivateAsync),
            ("redeem one reset code", ResetAsync),
            ("refresh one token", RefreshAsync),
            ("edit the fields of one profile", EditAsync),
            ("redeem one code of a new address", MoveAsync),
            ("move to and activate one address", ContendAsync),
            ("delete one account", DeleteAsync),
            ("disable an account that signs in", DisableAsync),
            ("sign in with one code of an app", OtpAsync),
            ("sign in with one recovery code", RecoveryCodeAsync),
            ("sign in with one mailed code", SignInCodeAsync),
            ("wrong codes", WrongCodesAsync),
            ("wrong passwords", WrongPasswordsAsync),
        };
        Console.WriteLine($"| {Arena.Width} at once, {rounds} rounds | instances | requests | 5xx | violations |\n|---|---|---|---|---|");
        var holds = true;
        foreach (var instances in new[] { 1, 2 })
        {
            await using var stage = await Stage.StartAsync();
            var apps = new List<LocalApp>();
            try
            {
                while (apps.Count < instances)
                {
                    apps.Add(await stage.StartAppAsync(mailsPerHour: MailsPerHour));
                }

                foreach (var (name, run) in races)
                {
                    holds &= await RunAsync(new Arena(stage, apps), name, run, rounds);
                }
            }
            finally
            {
                apps.ForEach(app => app.Dispose());
            }
        }

        return holds;
    }

    private static async Task<bool> RunAsync(Arena arena, string name, Func<Arena, string, Task<string?>> run, int rounds)
    {
        var violations = new List<string>();
        for (var round = 0; round < rounds; round++)
        {
            var username = $"{RandomNumberGenerator.GetHexString(16, lowercase: true)}@example.com";
            if (await run(arena, username) is { } violation)
            {
                violations.Add(violation);
            }

            await arena.Stage.ForgetHousekeepingAsync();
        }

        var what = violations is [var first, ..] ? $": {first}" : "";
        Console.WriteLine($"| {name} | {arena.Apps.Count} | {arena.Requests:N0} | {arena.ServerErrors} | {violations.Count}{what} |");
        return violations.Count == 0 && arena.ServerErrors == 0;
    }

    private static async Task<string?> RegisterAsync(Arena arena, string username)
    {
        var replies = await arena.RaceAsync((app, _) =>
            app.PostAsync("register", new { username, password1 = Stage.Password, password2 = Stage.Password }));
        var code = await arena.Stage.Sink.CodeAsync(username);
        var activations = await Task.WhenAll(
            Enumerable.Range(0, 4).Select(_ => arena.Apps[0].PostAsync("activate", new { username, code })));
        return Exactly(replies, (201, MailsPerHour), (429, Arena.Width - MailsPerHour)) is { } other ? other
            : !Array.TrueForAll(activations, reply => reply.Status == 200) ? "an activation that was repeated is refused"
            : await arena.ActivationsAsync(username) is not 1 ? "not one activation"
            : null;
    }

    private static async Task<string?> ActivateAsync(Arena arena, string username)
    {
        await arena.RegisterAsync(username);
        var code = await arena.Stage.Sink.CodeAsync(username);
        var replies = await arena.RaceAsync((app, _) => app.PostAsync("activate", new { username, code }));
        return Exactly(replies, (200, Arena.Width)) ?? (await arena.ActivationsAsync(username) is 1 ? null : "not one activation");
    }

    private static async Task<string?> ResetAsync(Arena arena, string username)
    {
        await arena.SignInAsync(username);
        await arena.Apps[0].PostAsync("code", new { username });
        var code = await arena.Stage.Sink.CodeAsync(username, 2);
        var replies = await arena.RaceAsync((app, number) =>
            app.PostAsync("forgot", new { username, code, new_password = NewPassword(number) }));
        var winner = Array.FindIndex(replies, reply => reply.Status == 200);
        var login = await arena.Apps[^1].PostAsync("login", new { username, password = NewPassword(winner) });
        return Exactly(replies, (200, 1), (400, Arena.Width - 1)) ?? (login.Status is 200 ? null : "the winner's password does not work");

        static string NewPassword(int number) => $"green tractor {number:D4}";
    }

    private static async Task<string?> RefreshAsync(Arena arena, string username)
    {
        var refresh = (await arena.SignInAsync(username)).Data.GetProperty("refresh").GetString();
        var replies = await arena.RaceAsync((app, _) => app.PostAsync("refresh", new { refresh }));
        return Exactly(replies, (200, Arena.Width)) ?? (Successors() is 1 ? null : "more than one successor");

        int Successors() => replies.Select(reply => reply.Data.GetProperty("refresh").GetString()).Distinct().Count();
    }

    private static async Task<string?> EditAsync(Arena arena, string username)
    {
        string[] fields = ["first_name", "last_name", "country_code", "hobbies", "job", "bio"];
        var token = (await arena.SignInAsync(username)).Data.GetProperty("access").GetString();
        var replies = await arena.RaceAsync((app, number) =>
            app.PostAsync("details", new Dictionary<string, string> { [fields[number % fields.Length]] = $"v{number}" }, token));
        var user = (await arena.Apps[0].PostAsync("details", new { }, token)).Data;
        return Exactly(replies, (200, Arena.Width))
            ?? (fields.All(field => user.GetProperty(field).GetString() is ['v', ..]) ? null : "an update is lost");
    }

    private static async Task<string?> MoveAsync(Arena arena, string username)
    {
        var token = (await arena.SignInAsync(username)).Data.GetProperty("access").GetString();
        await arena.Apps[0].PostAsync("email", new { password = Stage.Password, username = $"new-{username}" }, token);
        var code = await arena.Stage.Sink.CodeAsync($"new-{username}");
        var replies = await arena.RaceAsync((app, _) => app.PostAsync("email/confirm", new { code }, token));
        return Exactly(replies, (200, Arena.Width))
            ?? (await arena.EventsAsync($"new-{username}", "email_changed") is 1 ? null : "not one change")
            ?? (await arena.ClaimsAsync($"new-{username}") is 1 ? null : "not one claim");
    }

    private static async Task<string?> ContendAsync(Arena arena, string username)
    {
        var wanted = $"new-{username}";
        var token = (await arena.SignInAsync(username)).Data.GetProperty("access").GetString();
        await arena.RegisterAsync(wanted);
        var activation = await arena.Stage.Sink.CodeAsync(wanted);
        await arena.Apps[0].PostAsync("email", new { password = Stage.Password, username = wanted }, token);
        var code = await arena.Stage.Sink.CodeAsync(wanted, 2);
        var replies = await arena.RaceAsync((app, number) => number % 2 == 0
            ? app.PostAsync("email/confirm", new { code }, token)
            : app.PostAsync("activate", new { username = wanted, code = activation }));
        var (moved, activated) = (Every(0), Every(1));
        var (winners, losers) = Array.Exists(moved, reply => reply.Status is 200) ? (moved, activated) : (activated, moved);
        return Exactly(winners, (200, Arena.Width / 2))
            ?? Exactly(losers, (400, Arena.Width / 2))
            ?? (await arena.ClaimsAsync(wanted) is 1 ? null : "not one claim");

        Reply[] Every(int other) => [.. replies.Where((_, number) => number % 2 == other)];
    }

    private static async Task<string?> DeleteAsync(Arena arena, string username)
    {
        var token = (await arena.SignInAsync(username)).Data.GetProperty("access").GetString();
        var replies = await arena.RaceAsync((app, _) => app.PostAsync("delete", new { password = Stage.Password }, token));

        // The winner voids the token of the others; what arrives after it is a repeat and answers the same. The calls of one network are
        // limited.
        var statuses = replies.Select(reply => reply.Status).Except([401, 429]).ToList();
        return (statuses is [200] ? null : $"answers {string.Join(' ', statuses)}")
            ?? (await arena.EventsAsync(username, "deletion_requested") is 1 ? null : "not one request")
            ?? ((await arena.Apps[^1].PostAsync("restore", new { username, password = Stage.Password })).Status is 200
                ? null
                : "it cannot be cancelled");
    }

    private static async Task<string?> DisableAsync(Arena arena, string username)
    {
        var account = (await arena.SignInAsync(username)).Data.GetProperty("access").GetString()!;
        var admin = await arena.Apps[0].PostAsync("login", new { username = Stage.Administrator, password = Stage.Password });
        admin = admin.Status is 200 ? admin : await arena.SignInAsync(Stage.Administrator);
        var token = admin.Data.GetProperty("access").GetString();
        var id = new Microsoft.IdentityModel.JsonWebTokens.JsonWebToken(account).Subject;
        var replies = await arena.RaceAsync((app, number) => number == Arena.Width / 2
            ? app.PostAsync($"admin/accounts/{id}", new { disabled = true }, token)
            : app.PostAsync("login", new { username, password = Stage.Password }));
        var sessions = replies.Where((reply, number) => number != Arena.Width / 2 && reply.Status is 200)
            .Select(reply => reply.Data.GetProperty("refresh").GetString());
        foreach (var refresh in sessions)
        {
            if ((await arena.Apps[^1].PostAsync("refresh", new { refresh })).Status is 200)
            {
                return "a session outlives the account's state";
            }
        }

        var last = await arena.Apps[^1].PostAsync("login", new { username, password = Stage.Password });
        return replies[Arena.Width / 2].Status is not 200 ? "it cannot be disabled"
            : last.Status is 200 ? "a disabled account signs in"
            : null;
    }

    private static async Task<string?> OtpAsync(Arena arena, string username)
    {
        var (secret, _) = await EnrolAsync(arena, username);
        return await SignInOnceAsync(arena, username, Authenticator.CodeOf(secret, TimeProvider.System.GetUtcNow()));
    }

    private static async Task<string?> RecoveryCodeAsync(Arena arena, string username)
    {
        var (_, code) = await EnrolAsync(arena, username);
        return await SignInOnceAsync(arena, username, code)
            ?? (await arena.EventsAsync(username, "recovery_code_used") is 1 ? null : "not one use");
    }

    // The others are failures, which may refuse even the one that was right.
    private static async Task<string?> SignInOnceAsync(Arena arena, string username, string otp)
    {
        var replies = await arena.RaceAsync((app, _) => app.PostAsync("login", new { username, password = Stage.Password, otp }));
        return replies.Count(reply => reply.Status is 200) <= 1 && replies.All(reply => reply.Status is 200 or 400 or 429)
            ? null
            : Exactly(replies, (200, 1), (400, Arena.Width - 1));
    }

    private static async Task<string?> SignInCodeAsync(Arena arena, string username)
    {
        await arena.SignInAsync(username);
        await arena.Apps[0].PostAsync("login/code", new { username });
        var code = await arena.Stage.Sink.CodeAsync(username, 2);
        return Exactly(await arena.RaceAsync((app, _) => app.PostAsync("login", new { username, code })), (200, 1), (400, Arena.Width - 1));
    }

    private static async Task<(string Secret, string RecoveryCode)> EnrolAsync(Arena arena, string username)
    {
        var access = (await arena.SignInAsync(username)).Data.GetProperty("access").GetString();
        var app = arena.Apps[0];
        var secret = (await app.PostAsync("totp", new { password = Stage.Password }, access)).Data.GetProperty("secret").GetString() ?? "";

        // The code of the step before, so that the present one is still good.
        var code = Authenticator.CodeOf(secret, TimeProvider.System.GetUtcNow() - TimeSpan.FromSeconds(30));
        var confirmed = await app.PostAsync("totp/confirm", new { code }, access);
        return (secret, confirmed.Data.GetProperty("recovery_codes")[0].GetString() ?? "");
    }

    private static async Task<string?> WrongCodesAsync(Arena arena, string username)
    {
        await arena.RegisterAsync(username);
        var code = await arena.Stage.Sink.CodeAsync(username);
        var wrong = code == "000000" ? "000001" : "000000";
        var replies = await arena.RaceAsync((app, _) => app.PostAsync("activate", new { username, code = wrong }));
        return Exactly(replies, (400, Arena.Width))
            ?? (await arena.TriesLeftAsync(username) is not 0 ? "the count is not exact" : null)
            ?? ((await arena.Apps[0].PostAsync("activate", new { username, code })).Status is 400 ? null : "the code still works");
    }

    private static async Task<string?> WrongPasswordsAsync(Arena arena, string username)
    {
        var replies = await arena.RaceAsync((app, _) => app.PostAsync("login", new { username, password = "a wrong password" }));
        return Exactly(replies, (400, 5), (429, Arena.Width - 5));
    }

    private static string? Exactly(Reply[] replies, params (int Status, int Count)[] expected) =>
        expected.All(status => replies.Count(reply => reply.Status == status.Status) == status.Count)
            ? null
            : string.Join(' ', replies.CountBy(reply => reply.Status).Select(status => $"{status.Value}×{status.Key}"));
}
