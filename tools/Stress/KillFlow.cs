namespace Stress;

/// <summary>
/// One person of <see cref="KillStress"/>: registers, activates, signs in, refreshes, resets the password, deletes the account, and
/// restores it.
/// </summary>
/// <param name="app">Returns the app that is currently running.</param>
public sealed class KillFlow(Stage stage, Func<LocalApp> app, string username)
{
    private const string NewPassword = "green tractor 78";
    private const int MaxRounds = 10;
    private int notices;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan ThrottlePause = TimeSpan.FromSeconds(1);

    /// <returns>How many mails the person requested.</returns>
    public async Task<int> RunAsync()
    {
        var asked = await RegisterAsync();
        var login = await AskAsync("login", new { username, password = Stage.Password });
        Check(login, 200);
        Check(await AskAsync("refresh", new { refresh = login.Reply.Data.GetProperty("refresh").GetString() }), 200);
        do
        {
            asked += (await AskAsync("code", new { username })).Attempts;
        }
        while (!await RedeemAsync("forgot", NewPassword, code => new { username, code, new_password = NewPassword }));

        var again = await AskAsync("login", new { username, password = NewPassword });
        Check(again, 200);
        await DeleteAndKeepAsync(again.Reply.Data.GetProperty("access").GetString());

        // The app sends more mails: about the new password, the deletion and its end. A repeated call may send its notice again.
        return asked + 3 + notices;
    }

    private async Task DeleteAndKeepAsync(string? token)
    {
        // The deletion may have succeeded although its answer was lost; then the token is void.
        var deleted = await AskAsync("delete", new { password = NewPassword }, token);
        if (deleted.Reply.Status is not 401)
        {
            Check(deleted, 200);
        }

        var (kept, attempts) = await AskAsync("restore", new { username, password = NewPassword });
        notices += deleted.Attempts + attempts - 2;
        if (kept.Status is not 200)
        {
            Check(await AskAsync("login", new { username, password = NewPassword }), 200);
        }
    }

    private async Task<int> RegisterAsync()
    {
        var asked = 0;
        for (var round = 0; round < MaxRounds; round++)
        {
            asked += (await AskAsync("register", new { username, password1 = Stage.Password, password2 = Stage.Password })).Attempts;
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
                var (reply, attempts) = await AskAsync(operation, body(code));
                if (reply.Status is 200 || (attempts > 1 && (await AskAsync("login", new { username, password })).Reply.Status is 200))
                {
                    return true;
                }
            }

            await Task.Delay(Pause);
        }

        return false;
    }

    // Repeats calls without an answer, and calls that the app refuses for now: 429 after many sign-ins, 503 during an outage.
    private async Task<(Reply Reply, int Attempts)> AskAsync(string operation, object body, string? token = null)
    {
        for (var attempts = 1; ; attempts++)
        {
            var reply = await TryAsync(operation, body, token);
            if (reply.Status is not 0 and not 429 and not 503)
            {
                return (reply, attempts);
            }

            await Task.Delay(reply.Status is 429 ? ThrottlePause : Pause);
        }
    }

    private async Task<Reply> TryAsync(string operation, object body, string? token)
    {
        try
        {
            return await app().PostAsync(operation, body, token);
        }
        catch (Exception e) when (e is ObjectDisposedException or OperationCanceledException or IOException)
        {
            return new Reply(0, default);
        }
    }

    private void Check((Reply Reply, int Attempts) answer, int status)
    {
        if (answer.Reply.Status != status)
        {
            throw new InvalidOperationException($"{username}: {answer.Reply.Status} {answer.Reply.Envelope}");
        }
    }
}
