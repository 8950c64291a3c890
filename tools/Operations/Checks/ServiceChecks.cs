using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace Operations.Checks;

/// <summary>What the deployment answers without an account, and the documents by which others validate its tokens.</summary>
public sealed class ServiceChecks(CheckClient api, CheckReport report)
{
    private const string Login = "account/login";

    /// <returns>Whether the deployment answers at all.</returns>
    public async Task<bool> RunAsync()
    {
        if (!await report.CheckAsync("is alive", async () => (await api.GetAsync("health/live")).IsDone()))
        {
            return false;
        }

        await report.CheckAsync("reaches its storage", async () => (await api.GetAsync("health/ready")).IsDone());
        await report.CheckAsync("publishes a discovery document", async () => _ = await DiscoverAsync());
        await report.CheckAsync("publishes its keys, and of them the public part only", async () => _ = await KeysAsync());
        await report.CheckAsync("answers HEAD as GET, without a body", async () =>
        {
            var answer = await api.SendAsync(HttpMethod.Head, "health/live", null);
            answer.Is(200);
            Expect.Equal("", answer.Text, "body");
        });
        await CheckRoutesAsync();
        await CheckBodiesAsync();
        await CheckErrorsAsync();
        return true;
    }

    /// <summary>Validates an access token as another service would, by the published documents alone.</summary>
    public async Task ValidateAsync(string access, DateTimeOffset now, int expiresIn)
    {
        var issuer = (await DiscoverAsync()).Text("issuer");
        var token = new JsonWebToken(access);
        var validated = await new JsonWebTokenHandler().ValidateTokenAsync(access, new TokenValidationParameters
        {
            ValidIssuer = issuer,
            ValidAudience = token.GetPayloadValue<string>("client_id"),
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            ValidTypes = ["at+jwt"],
            IssuerSigningKeys = await KeysAsync(),
            ValidateLifetime = false,
        });
        Expect.That(validated.IsValid, $"it is not valid: {validated.Exception?.GetType().Name}");
        Expect.That(token.ValidTo - token.IssuedAt == TimeSpan.FromSeconds(expiresIn), "it does not live for expires_in");
        Expect.That((token.IssuedAt - now.UtcDateTime).Duration() < TimeSpan.FromMinutes(2), "its iat differs from this machine's clock");
        string[] required = ["sub", "sid", "ver", "role", "amr", "auth_time", "jti"];
        Expect.That(Array.TrueForAll(required, name => token.TryGetPayloadValue<object>(name, out _)), "a claim is missing");
    }

    private async Task<JsonElement> DiscoverAsync()
    {
        var answer = await api.GetAsync(".well-known/openid-configuration");
        answer.Is(200);
        Expect.Equal("public, max-age=300", answer.Header("Cache-Control"), "Cache-Control");
        Expect.Equal($"{answer.Json.Text("issuer")}/.well-known/jwks.json", answer.Json.Text("jwks_uri"), "jwks_uri");
        return answer.Json;
    }

    private async Task<IList<SecurityKey>> KeysAsync()
    {
        var answer = await api.GetAsync(".well-known/jwks.json");
        answer.Is(200);
        var keys = answer.Json.Member("keys").Items();
        Expect.That(
            keys.Count > 0 && keys.All(key => key.Text("crv") == "P-256" && !key.TryGetProperty("d", out _)),
            "they are not what verifies ES256");
        return new JsonWebKeySet(answer.Text).GetSigningKeys();
    }

    private async Task CheckRoutesAsync()
    {
        await report.CheckAsync("knows no other route", async () => (await api.GetAsync("account/no-such-operation")).Is(404));
        await report.CheckAsync("knows no other method", async () =>
        {
            var answer = await api.SendAsync(HttpMethod.Put, Login, () => Body("{}"));
            Expect.That(answer.Status is 404 or 405, $"status {answer.Status} instead of 404 or 405");
        });
        await report.CheckAsync(
            "answers with a trailing slash, too",
            async () => (await api.PostAsync($"{Login}/", new { })).Refuses(400, "username: required"));
    }

    private async Task CheckBodiesAsync()
    {
        await report.CheckAsync("refuses what is no JSON", () => RefusesAsync("{", "application/json", 400, "invalid_json"));
        await report.CheckAsync(
            "refuses a duplicate member",
            () => RefusesAsync("""{"username":"a@example.com","username":"b@example.com"}""", "application/json", 400, "invalid_json"));
        await report.CheckAsync(
            "refuses what is declared as something else", () => RefusesAsync("{}", "text/plain", 415, "unsupported_media_type"));
        await report.CheckAsync(
            "refuses a body over 64 KiB",
            () => RefusesAsync($$"""{"username":"{{new string('a', 66_000)}}"}""", "application/json", 413, "too_large"));
    }

    private async Task CheckErrorsAsync()
    {
        await report.CheckAsync("names all fields at fault", async () =>
        {
            var refusal = (await api.PostAsync(Login, new { username = "nobody" })).Refuses(400, "username: invalid_email");
            Expect.Equal("username: invalid_email\npassword: required", refusal.Text("message"), "message");
            Expect.Equal("invalid_email", refusal.Member("errors").Member("username").Items()[0].GetString(), "errors");
        });
        await report.CheckAsync("answers with a problem document if asked", async () =>
        {
            var answer = await api.SendAsync(HttpMethod.Post, Login, () => Body("{}"), accept: "application/problem+json");
            answer.Is(400);
            Expect.Equal("application/problem+json", answer.Header("Content-Type").Split(';')[0], "Content-Type");
            string[] members = ["type", "title", "status", "code", "errors", "trace_id"];
            Expect.That(Array.TrueForAll(members, name => answer.Json.TryGetProperty(name, out _)), "a member is missing");
        });
        await report.CheckAsync("refuses a call without a token", async () =>
        {
            var answer = await api.GetAsync("account/details");
            answer.Refuses(401, "not_authenticated");
            Expect.Equal("Bearer", answer.Header("WWW-Authenticate"), "WWW-Authenticate");
        });
        await report.CheckAsync(
            "refuses a token that is none", async () => (await api.GetAsync("account/details", "none")).Refuses(401, "token_not_valid"));
    }

    private async Task RefusesAsync(string body, string type, int status, string message) =>
        (await api.SendAsync(HttpMethod.Post, Login, () => Body(body, type))).Refuses(status, message);

    private static StringContent Body(string text, string type = "application/json") =>
        new(text, Encoding.UTF8, new MediaTypeHeaderValue(type, "utf-8"));
}
