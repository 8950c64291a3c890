namespace Stress;

/// <summary>
/// One person of <see cref="KillStress"/>: registers, activates, signs in, refreshes, sets up and uses all ways in, resets the password,
/// deletes the account, and restores it.
/// </summary>
/// <param name="app">Returns the app that is currently running.</param>
public sealed class KillFlow(Stage stage, Func<LocalApp> app, string username)
{
    private const string NewPassword = "green tractor 78";
    private const int MaxRounds = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private readonly PatientClient client = new(app, username);
    private int notices;

    /// <returns>How many mails the person requested.</returns>
    public async Task<int> RunAsync()
    {
        var asked = await RegisterAsync();
        var login = await client.AskAsync("login", new { username, password = Stage.Password });
        client.Check(login, 200);
        client.Check(await client.AskAsync("refresh", new { refresh = login.Reply.Data.GetProperty("refresh").GetString() }), 200);
        asked += await new KillWays(stage, client, username).RunAsync(login.Reply.Data.GetProperty("access").GetString());
        do
        {
            asked += (await client.AskAsync("code", new { username })).Attempts;
        }
        while (!await RedeemAsync("forgot", NewPassword, code => new { username, code, new_password = NewPassword }));

        var again = await client.AskAsync("login", new { username, password = NewPassword });
        client.Check(again, 200);
        await DeleteAndKeepAsync(again.Reply.Data.GetProperty("access").GetString());

        // The app sends more mails: about the new password, the deletion and its end. A repeated call may send its notice again.
        return asked + 3 + notices;
    }

    private async Task DeleteAndKeepAsync(string? token)
    {
        // The deletion may have succeeded although its answer was lost; then the token is void.
        var deleted = await client.AskAsync("delete", new { password = NewPassword }, token);
        if (deleted.Reply.Status is not 401)
        {
            client.Check(deleted, 200);
        }

        var (kept, attempts) = await client.AskAsync("restore", new { username, password = NewPassword });
        notices += deleted.Attempts + attempts - 2;
        if (kept.Status is not 200)
        {
            client.Check(await client.AskAsync("login", new { username, password = NewPassword }), 200);
        }
    }

    private async Task<int> RegisterAsync()
    {
        var asked = 0;
        for (var round = 0; round < MaxRounds; round++)
        {
            asked += (await client.AskAsync("register", new { username, password1 = Stage.Password, password2 = Stage.Password })).Attempts;
            if (await RedeemAsync("activate", Stage.Password, code => new { username, code }))
            {
                return asked;
            }
        }

        throw new InvalidOperationException($"{username}: no registration leads to an account.");
    }

    // Tries every code that arrives within a person's patience. The right one may have succeeded although its answer was lost.
    private async Task<bool> RedeemAsync(string operation, string password, Func<string, object> body)
    {
        var tried = new HashSet<string>();
        for (var waited = TimeSpan.Zero; waited < Patience; waited += Pause)
        {
            if (stage.Sink.NewestCode(username) is { } code && tried.Add(code))
            {
                var (reply, attempts) = await client.AskAsync(operation, body(code));
                if (reply.Status is 200
                    || (attempts > 1 && (await client.AskAsync("login", new { username, password })).Reply.Status is 200))
                {
                    return true;
                }
            }

            await Task.Delay(Pause);
        }

        return false;
    }
}
