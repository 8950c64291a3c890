using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AccountFunctions.Security.Tokens;

namespace Operations;

/// <summary>
/// <c>dotnet run --project tools/Operations -- smoke --base-url https://host/api</c>: checks whether a deployment meets its clients'
/// expectations. It changes nothing, unless <c>--register</c> names an address to register.
/// </summary>
/// <param name="patience">How long a deployment may take to become ready.</param>
public sealed class SmokeCommand(HttpClient client, TextWriter output, TimeSpan patience)
{
    public const string Usage = """
        smoke --base-url URL [--issuer URL] [--signing-key FILE] [--register ADDRESS]
          checks the deployment at URL (https://host/api)
          --issuer       the expected issuer, if clients reach the deployment by another URL
          --signing-key  PEM file of a key that must be among the published ones
          --register     registers this address, which gets a code
        """;

    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);
    private static readonly string[] Protecting =
        ["Cache-Control", "Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options", "X-Request-Id"];
    private int failures;

    /// <returns>The exit code of the process: 0 if all checks passed, 1 if not, 2 if the arguments are invalid.</returns>
    public async Task<int> RunAsync(string[] args, CancellationToken cancellationToken)
    {
        if (SmokeOptions.Parse(args) is not { } options)
        {
            await output.WriteLineAsync(Usage);
            return 2;
        }

        if (options.SigningKeyFile is { } file && !File.Exists(file))
        {
            await output.WriteLineAsync($"The file {file} does not exist.");
            return 2;
        }

        try
        {
            await WaitAsync(options.BaseUrl, cancellationToken);
            await CheckAsync(options, cancellationToken);
        }
        catch (Exception e) when (
            e is HttpRequestException or OperationCanceledException or JsonException or InvalidOperationException or KeyNotFoundException)
        {
            Say(false, "answers as expected", e.Message);
        }

        await output.WriteLineAsync(
            failures == 0 ? "all checks passed" : $"{failures} {(failures == 1 ? "thing is" : "things are")} not as expected");
        return failures == 0 ? 0 : 1;
    }

    // A new deployment takes a while to get its settings and rights.
    private async Task WaitAsync(string url, CancellationToken cancellationToken)
    {
        for (var start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start) < patience;)
        {
            try
            {
                using var response = await client.GetAsync($"{url}/health/ready", cancellationToken);
                if (response.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (Exception e) when (
                e is HttpRequestException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
            {
                // The app is not up yet, or accepts connections without answering.
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    private async Task CheckAsync(SmokeOptions options, CancellationToken cancellationToken)
    {
        var url = options.BaseUrl;
        await ExpectAsync("is alive", url, "health/live", null, HttpStatusCode.OK, null, cancellationToken);
        await ExpectAsync("reaches its storage", url, "health/ready", null, HttpStatusCode.OK, null, cancellationToken);
        await CheckDiscoveryAsync(options, cancellationToken);
        await ExpectAsync(
            "refuses a call without a token",
            url,
            "account/details",
            null,
            HttpStatusCode.Unauthorized,
            "not_authenticated",
            cancellationToken);
        await ExpectAsync(
            "shows no data without a token",
            url,
            "account/export",
            null,
            HttpStatusCode.Unauthorized,
            "not_authenticated",
            cancellationToken);
        await ExpectAsync(
            "gives no account back without its password",
            url,
            "account/restore",
            """{"username":"nobody@example.com"}""",
            HttpStatusCode.BadRequest,
            "password: required",
            cancellationToken);
        await ExpectAsync(
            "refuses a token that is none",
            url,
            "account/refresh",
            """{"refresh":"none"}""",
            HttpStatusCode.Unauthorized,
            "token_not_valid",
            cancellationToken);
        await ExpectAsync(
            "refuses what is no JSON", url, "account/login", "{", HttpStatusCode.BadRequest, "invalid_json", cancellationToken);
        await ExpectAsync(
            "names the fields at fault", url, "account/register", "{}", HttpStatusCode.BadRequest, "username: required", cancellationToken);
        if (options.Address is { } address)
        {
            var password = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
            var body = JsonSerializer.Serialize(
                new Dictionary<string, string> { ["username"] = address, ["password1"] = password, ["password2"] = password });
            await ExpectAsync(
                "registers, and mails a code", url, "account/register", body, HttpStatusCode.Created, null, cancellationToken);
        }
    }

    private async Task CheckDiscoveryAsync(SmokeOptions options, CancellationToken cancellationToken)
    {
        var url = options.BaseUrl;
        using var discovery = JsonDocument.Parse(await client.GetStringAsync($"{url}/.well-known/openid-configuration", cancellationToken));
        var (issuer, keysAt) = (
            discovery.RootElement.GetProperty("issuer").GetString(), discovery.RootElement.GetProperty("jwks_uri").GetString());
        Say(issuer == options.Issuer, $"issues tokens as {options.Issuer}", $"the issuer is {issuer}; set Tokens__Issuer");
        Say(keysAt == $"{options.Issuer}/.well-known/jwks.json", "says where its keys are", $"jwks_uri is {keysAt}");

        using var keys = JsonDocument.Parse(await client.GetStringAsync($"{url}/.well-known/jwks.json", cancellationToken));
        var list = keys.RootElement.GetProperty("keys").EnumerateArray().ToList();
        Say(
            list.Count > 0 && list.TrueForAll(key => key.GetProperty("crv").GetString() == "P-256" && !key.TryGetProperty("d", out _)),
            "publishes its keys, and of them the public part only",
            "they are not what verifies ES256");
        if (options.SigningKeyFile is { } file)
        {
            var pem = await File.ReadAllTextAsync(file, cancellationToken);
            var id = SigningKeys.TryRead(pem, out var read) && read is [var key] ? key.KeyId : null;
            Say(
                id is not null && list.Exists(published => published.GetProperty("kid").GetString() == id),
                $"publishes the key of {file}",
                id is null ? "the file holds no single P-256 private key" : $"no published key has the id {id}");
        }
    }

    private async Task ExpectAsync(
        string what, string url, string path, string? body, HttpStatusCode status, string? message, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, $"{url}/{path}");
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        request.Headers.Add("Origin", "https://smoke.example");
        using var response = await client.SendAsync(request, cancellationToken);
        using var envelope = JsonDocument.Parse(await response.Content.ReadAsStringAsync(cancellationToken));
        var missing = Protecting.Where(header => !response.Headers.Contains(header)).ToList();
        if (request.RequestUri!.Scheme == Uri.UriSchemeHttps && !response.Headers.Contains("Strict-Transport-Security"))
        {
            missing.Add("Strict-Transport-Security");
        }

        var flaws = new[]
        {
            response.StatusCode == status
                ? null
                : string.Create(CultureInfo.InvariantCulture, $"status {(int)response.StatusCode} instead of {(int)status}"),
            envelope.RootElement.GetProperty("code").GetInt32() == (int)response.StatusCode ? null : "the envelope names another status",
            message is null || envelope.RootElement.GetProperty("message").GetString()?.Split('\n').Contains(message) == true
                ? null
                : $"the message is not {message}",
            missing.Count == 0 ? null : $"without {string.Join(", ", missing)}",
            response.Headers.Contains("Access-Control-Allow-Origin") ? "allows another origin" : null,
        }.OfType<string>().ToList();
        Say(flaws.Count == 0, what, string.Join("; ", flaws));
    }

    private void Say(bool holds, string what, string flaw)
    {
        failures += holds ? 0 : 1;
        output.WriteLine(holds ? $"ok      {what}" : $"FAILED  {what}: {flaw}");
    }
}
