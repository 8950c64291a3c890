using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Identities;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Jobs;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Tests;

/// <summary>
/// Runs every flow with unique values, then searches for them in everything that the app wrote.
/// </summary>
[Collection("spans")]
public sealed partial class CanaryTests(AzuriteFixture azurite)
{
    private const string Address = "canary.bird@example.com";
    private const string ClientSecret = "client secret of the canary";
    private const string Return = "https://app.example.com/signed-in";
    private const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    private static readonly string[] Passwords = ["first canary 4711", "second canary 4712", "third canary 4713", "wrong canary 4714"];

    [Fact, Holds("I1", "I3", "I4", "B8", "E11", "F4")]
    public async Task No_secret_is_written_anywhere_addresses_only_in_the_account_and_no_message_can_be_read()
    {
        var (activities, spans) = (new ConcurrentQueue<string>(), new ConcurrentQueue<string>());
        using var listener = new ActivityListener
        {
            ShouldListenTo = _ => true,
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                var text = $"{activity.DisplayName} {string.Join(' ', activity.TagObjects.Select(tag => $"{tag.Key}={tag.Value}"))} "
                    + $"{string.Join(' ', activity.Events.Select(happened => happened.Name))} {activity.StatusDescription}";
                activities.Enqueue(text);
                if (activity.Source.Name is "AccountFunctions" or "Microsoft.Azure.Functions.Worker")
                {
                    spans.Enqueue(text);
                }
            },
        };
        ActivitySource.AddActivityListener(listener);
        using var metrics = new MetricRecorder(_ => true);
        await using var proxy = await FaultProxy.StartAsync(azurite.NewStorage());
        await using var issuer = await FakeIssuer.StartAsync("acme");
        var app = await TestApp.StartAsync(
            proxy.Storage,
            new(issuer.Settings())
            {
                ["Accounts:SignInByCode"] = "true",
                ["Codes:Digits"] = "10",
                ["Logging:LogLevel:Default"] = "Trace",
                ["Providers:acme:ClientId"] = FakeIssuer.Audience,
                ["Providers:acme:ClientSecret"] = ClientSecret,
                ["Providers:ReturnUrls"] = Return,
                ["Throttle:ResendCooldown"] = "00:00:00",
            });
        var secrets = new List<string>([.. Passwords, ClientSecret, Verifier]);
        var ids = new List<string> { EmailAddress.KeyOf(Address) };
        JobSeal seal;
        await using (app)
        {
            seal = app.Services.GetRequiredService<JobSeal>();
            await FlowAsync(app, issuer, secrets);
            var rows = await app.AccountRowsAsync(Address);
            ids.Add(rows[0].PartitionKey);
            ids.AddRange(rows.Select(row => row.RowKey.Split('-')).Where(key => key[0] is "session").Select(key => key[1]));
        }

        // What the app exports names no person.
        Assert.True(spans.Count > 50 && ids.Count > 2);
        Assert.All(ids, id => Assert.DoesNotContain(spans, span => span.Contains(id, StringComparison.OrdinalIgnoreCase)));

        var measurements = metrics.All.Select(measurement => measurement.ToString()).ToList();
        Assert.Contains(measurements, measurement => measurement.StartsWith("accounts.request.duration", StringComparison.Ordinal));
        Assert.DoesNotContain(measurements, measurement => measurement.Contains("canary", StringComparison.OrdinalIgnoreCase));
        Assert.All(secrets, secret => Assert.True(secret.Length >= 10));
        var messages = proxy.Traffic.Select(call => Message().Match(call)).Where(message => message.Success).ToList();
        Assert.All(messages, message => Assert.StartsWith("sealed.", Decode(message.Value), StringComparison.Ordinal));
        Assert.True(messages.Count > 10);
        var traffic = proxy.Traffic.Select(call => Opened(call, seal)).ToList();
        foreach (var secret in secrets.Append("ZGV2ZWxvcG1lbnQgb25seTogbmV2ZXIgZGVwbG95IHRoaXMga2V5")
            .Append("ZGV2ZWxvcG1lbnQgb25seTogbmV2ZXIgZGVwbG95IHRoZXNlIGZhY3RvcnM=").Append("MIGHAgEAMBMGByqGSM49"))
        {
            Assert.DoesNotContain(secret, app.Logs.Text, StringComparison.Ordinal);
            Assert.DoesNotContain(traffic, call => call.Contains(secret, StringComparison.Ordinal));
            Assert.DoesNotContain(activities, activity => activity.Contains(secret, StringComparison.Ordinal));
            Assert.DoesNotContain(measurements, measurement => measurement.Contains(secret, StringComparison.Ordinal));
        }

        Assert.DoesNotContain("canary.bird", app.Logs.Text, StringComparison.OrdinalIgnoreCase);
        Assert.DoesNotContain("\u001b[31m", app.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(
            activities.Where(activity => !activity.Contains("/emailMessages", StringComparison.Ordinal)),
            activity => activity.Contains("canary.bird", StringComparison.OrdinalIgnoreCase));
        Assert.DoesNotContain(
            traffic, call => AddressColumns().Replace(call, "").Contains("canary.bird", StringComparison.OrdinalIgnoreCase));
        Assert.Contains(traffic, call => call.Contains("canary.bird", StringComparison.Ordinal));
    }

    private static async Task FlowAsync(TestApp app, FakeIssuer issuer, List<string> secrets)
    {
        app.Client.DefaultRequestHeaders.TryAddWithoutValidation("User-Agent", "Canary \u001b[31m");
        await app.RegisterAsync(Address, Passwords[0]);
        await app.PostAsync("activate", new { username = Address, code = "0000000000" });
        secrets.Add(await app.NextCodeAsync(Address));
        await app.PostAsync("activate", new { username = Address, code = secrets[^1] });
        await app.RegisterAsync(Address, Passwords[3]);
        await app.LoginAsync(Address, Passwords[3]);
        var login = (await app.LoginAsync(Address, Passwords[0])).Data;
        Keep(login);
        var refreshed = (await app.PostAsync("refresh", new { refresh = login.GetProperty("refresh").GetString() })).Data;
        Keep(refreshed);
        var token = refreshed.GetProperty("access").GetString();
        await app.PostAsync("details", new { job = "bird" }, token);
        await app.GetAsync("details", token);
        await app.GetAsync("sessions", token);
        await app.PostAsync("password", new { password = Passwords[3], new_password = Passwords[1] }, token);
        Assert.Equal(
            HttpStatusCode.OK,
            (await app.PostAsync("password", new { password = Passwords[0], new_password = Passwords[1] }, token)).Status);
        await app.PostAsync("code", new { username = Address });
        await app.WaitForMailsAsync(Address, 4);
        secrets.Add((await app.MailsAsync(Address))
            .Select(mail => mail.Subject.Split(' ')[0])
            .Last(code => code.Length == 10 && code.All(char.IsAsciiDigit)));
        Assert.Equal(
            HttpStatusCode.OK,
            (await app.PostAsync("forgot", new { username = Address, code = secrets[^1], new_password = Passwords[2] })).Status);
        await app.PostAsync("refresh", new { refresh = login.GetProperty("refresh").GetString() });
        login = (await app.LoginAsync(Address, Passwords[2])).Data;
        Keep(login);
        token = login.GetProperty("access").GetString();
        await PasskeysAsync(app, secrets, token);
        await IdentitiesAsync(app, issuer, secrets, token);
        await FactorsAsync(app, secrets, token);
        await app.PostAsync("logout", new { all = true }, token);
        await app.WaitForMailsAsync(Address, 10);
        await app.DrainAsync();

        void Keep(JsonElement tokens)
        {
            secrets.Add(tokens.GetProperty("access").GetString()!);
            secrets.Add(tokens.GetProperty("refresh").GetString()!);
        }
    }

    private static async Task PasskeysAsync(TestApp app, List<string> secrets, string? access)
    {
        var authenticator = new SoftAuthenticator();
        var (options, state) = await app.BeginAsync("passkeys/options", access, new { password = Passwords[2] });
        var added = await app.PostAsync("passkeys", new { state, credential = authenticator.Create(options) }, access);
        Assert.Equal(HttpStatusCode.OK, added.Status);
        var (asked, challenge) = await app.BeginAsync("login/passkey/options", null);
        var assertion = authenticator.Get(asked);
        Assert.Equal(
            HttpStatusCode.OK, (await app.PostAsync("login/passkey", new { state = challenge, credential = assertion })).Status);
        secrets.AddRange([state, challenge, (string?)assertion["response"]?["signature"] ?? ""]);
    }

    private static async Task IdentitiesAsync(TestApp app, FakeIssuer issuer, List<string> secrets, string? access)
    {
        string NewToken(string nonce)
        {
            var made = issuer.Token(app.Time.GetUtcNow(), "subject", Address, claims => claims["nonce"] = nonce);
            secrets.AddRange([nonce, made]);
            return made;
        }

        issuer.Exchange = (form, _) => new JsonObject { ["id_token"] = NewToken(form["code"].ToString()) };
        var begin = new HttpRequestMessage(
            HttpMethod.Get,
            $"/api/account/login/external/acme?return_url={Uri.EscapeDataString(Return)}"
                + $"&code_challenge={AuthorizationFlow.ChallengeOf(Verifier)}");
        var begun = await app.SendAsync(begin);
        var query = QueryHelpers.ParseQuery(new Uri(begun.Headers["Location"]).Query);
        var cookie = begun.Headers["Set-Cookie"].Split(';')[0];

        // The fake provider takes the nonce for its code.
        var complete = new HttpRequestMessage(
            HttpMethod.Get, $"/api/account/login/external/acme/callback?state={query["state"]}&code={query["nonce"]}");
        complete.Headers.Add("Cookie", cookie);
        var returned = (await app.SendAsync(complete)).Headers["Location"];
        var code = QueryHelpers.ParseQuery(new Uri(returned).Query)["login_code"].ToString();
        secrets.AddRange([query["state"].ToString(), cookie.Split('=', 2)[1], code]);
        var link = new { password = Passwords[2], login_code = code, verifier = Verifier };
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("identities", link, access)).Status);
        var login = new { provider = "acme", id_token = NewToken("nonce of the canary"), nonce = "nonce of the canary" };
        Assert.Equal(HttpStatusCode.OK, (await app.PostAsync("login/external", login)).Status);
    }

    private static async Task FactorsAsync(TestApp app, List<string> secrets, string? access)
    {
        var secret = (await app.PostAsync("totp", new { password = Passwords[2] }, access)).Data.GetProperty("secret").GetString()!;
        var code = Authenticator.CodeOf(secret, app.Time.GetUtcNow());
        var codes = (await app.PostAsync("totp/confirm", new { code }, access)).Data.GetProperty("recovery_codes").EnumerateArray()
            .Select(recovery => recovery.GetString()!)
            .ToList();
        secrets.AddRange([secret, .. codes, .. codes.Select(recovery => recovery.Replace("-", "", StringComparison.Ordinal))]);
        await app.PostAsync("login", new { username = Address, password = Passwords[2], otp = codes[0] });
        await app.PostAsync("login/code", new { username = Address });
        await Eventually.TrueAsync(
            async () => (await app.MailsAsync(Address)).Any(mail => mail.Subject.EndsWith("sign-in code", StringComparison.Ordinal)),
            () => "The code to sign in did not arrive.");
        var mailed = (await app.MailsAsync(Address)).Single(mail => mail.Subject.EndsWith("sign-in code", StringComparison.Ordinal));
        secrets.Add(mailed.Subject.Split(' ')[0]);
        Assert.Equal(
            HttpStatusCode.OK, (await app.PostAsync("login", new { username = Address, code = secrets[^1], otp = codes[1] })).Status);
    }

    private static string Opened(string call, JobSeal seal)
    {
        if (Message().Match(call) is not { Success: true } message)
        {
            return call;
        }

        var queue = QueueNames.All.First(name => call.Contains($"/{name}/", StringComparison.Ordinal));
        return $"{call} {seal.Open(BinaryData.FromString(Decode(message.Value)), queue)}";
    }

    // Queue messages travel as base64.
    private static string Decode(string message) => Encoding.UTF8.GetString(Convert.FromBase64String(message));

    [GeneratedRegex("(?<=<MessageText>)[^<]+")]
    private static partial Regex Message();

    [GeneratedRegex("\"(Username|Mailbox|Email)\":\"[^\"]*\"")]
    private static partial Regex AddressColumns();
}
