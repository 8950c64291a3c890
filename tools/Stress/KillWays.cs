using System.Text.Json;

namespace Stress;

/// <summary>
/// The ways in of one person of <see cref="KillStress"/>: adds a passkey, an identity and an authenticator app, signs in with each of them
/// and with a mailed code, and turns the second factor off.
/// </summary>
public sealed class KillWays(Stage stage, PatientClient client, string username)
{
    private const int MaxRounds = 10;
    private readonly SoftAuthenticator authenticator = new();

    /// <returns>How many mails the app sends for it.</returns>
    public async Task<int> RunAsync(string? token)
    {
        var mails = await AddPasskeyAsync(token);
        await RepeatAsync(async () =>
        {
            var (options, state) = await BeginAsync("login/passkey/options", new { }, null);
            return await client.AskAsync("login/passkey", new { state, credential = authenticator.Get(options) });
        });
        mails += await LinkAsync(token);
        return mails + await SecondFactorAsync(token);
    }

    private async Task<int> AddPasskeyAsync(string? token)
    {
        var (options, state) = await BeginAsync("passkeys/options", new { password = Stage.Password }, token);
        var added = await client.AskAsync("passkeys", new { state, credential = authenticator.Create(options) }, token);
        client.Check(added, 200);
        return added.Attempts;
    }

    private async Task<int> LinkAsync(string? token)
    {
        string NewToken() => stage.Issuer.Token(TimeProvider.System.GetUtcNow(), username, username);

        var identity = new { provider = stage.Issuer.Name, id_token = NewToken(), password = Stage.Password };
        var linked = await client.AskAsync("identities", identity, token);
        client.Check(linked, 200);
        await RepeatAsync(() => client.AskAsync("login/external", new { provider = stage.Issuer.Name, id_token = NewToken() }));
        return linked.Attempts;
    }

    private async Task<int> SecondFactorAsync(string? token)
    {
        var begun = await client.AskAsync("totp", new { password = Stage.Password }, token);
        client.Check(begun, 200);
        var secret = begun.Reply.Data.GetProperty("secret").GetString() ?? "";
        var confirmed = await client.AskAsync(
            "totp/confirm", new { code = Authenticator.CodeOf(secret, TimeProvider.System.GetUtcNow()) }, token);
        client.Check(confirmed, 200);

        // A code may have been used although its answer was lost, so each try takes the next one. Each that is used is told by mail.
        var codes = new Queue<string>(
            confirmed.Reply.Data.GetProperty("recovery_codes").EnumerateArray().Select(code => code.GetString() ?? ""));
        var count = codes.Count;
        await RepeatAsync(() => client.AskAsync("login", new { username, password = Stage.Password, otp = codes.Dequeue() }));
        var asked = await MailedCodeAsync(codes);
        await RepeatAsync(() => client.AskAsync("totp/remove", new { password = Stage.Password, otp = codes.Dequeue() }, token));
        var told = 2 + count - codes.Count;
        return confirmed.Attempts - 1 + asked + told;
    }

    private async Task<int> MailedCodeAsync(Queue<string> codes)
    {
        var asked = 0;
        await RepeatAsync(async () =>
        {
            var former = stage.Sink.NewestCode(username);
            asked += (await client.AskAsync("login/code", new { username })).Attempts;
            await Eventually.TrueAsync(
                () => stage.Sink.NewestCode(username) != former, () => $"{username}: no code arrives to sign in with.");
            return await client.AskAsync("login", new { username, code = stage.Sink.NewestCode(username), otp = codes.Dequeue() });
        });
        return asked;
    }

    private async Task<(JsonElement Options, string? State)> BeginAsync(string operation, object body, string? token)
    {
        var begun = await client.AskAsync(operation, body, token);
        client.Check(begun, 200);
        return (begun.Reply.Data.GetProperty("options"), begun.Reply.Data.GetProperty("state").GetString());
    }

    // What is good once may have been used by a call whose answer was lost. Then the person does it all again.
    private async Task RepeatAsync(Func<Task<(Reply Reply, int Attempts)>> act)
    {
        var answer = await act();
        for (var round = 1; answer.Reply.Status is not 200 && answer.Attempts > 1 && round < MaxRounds; round++)
        {
            answer = await act();
        }

        client.Check(answer, 200);
    }
}
