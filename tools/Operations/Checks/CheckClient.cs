using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;

namespace Operations.Checks;

/// <summary>
/// Calls the deployment. It waits where a limit asks it to, because a check may come a moment after another, and looks at the headers of
/// every answer.
/// </summary>
/// <param name="wait">Lets time pass.</param>
/// <param name="stop">Of the run.</param>
public sealed class CheckClient(HttpClient client, string baseUrl, Func<TimeSpan, CancellationToken, Task> wait, CancellationToken stop)
{
    // The cool-down of mails, or the first delays of a sign-in.
    private static readonly TimeSpan MaxWait = TimeSpan.FromMinutes(2);
    private const int MaxWaits = 3;
    private static readonly string[] Protecting =
        ["Content-Security-Policy", "Referrer-Policy", "X-Content-Type-Options", "X-Request-Id"];
    private readonly SortedSet<string> flaws = [];

    /// <summary>What the headers of the answers so far lack.</summary>
    public IReadOnlyCollection<string> HeaderFlaws => flaws;

    public Task<CheckAnswer> GetAsync(string path, string? access = null) => SendAsync(HttpMethod.Get, path, null, access);

    public Task<CheckAnswer> PostAsync(string path, object body, string? access = null, string? ifMatch = null) =>
        SendAsync(HttpMethod.Post, path, () => JsonContent.Create(body, body.GetType()), access, ifMatch);

    public async Task<CheckAnswer> SendAsync(
        HttpMethod method,
        string path,
        Func<HttpContent>? body,
        string? access = null,
        string? ifMatch = null,
        string? accept = null)
    {
        for (var waits = 0; ; waits++)
        {
            using var request = new HttpRequestMessage(method, $"{baseUrl}/{path}");
            request.Content = body?.Invoke();
            request.Headers.UserAgent.Add(new ProductInfoHeaderValue("AccountFunctions-check", "1"));
            request.Headers.Authorization = access is null ? null : new AuthenticationHeaderValue("Bearer", access);
            if (ifMatch is not null)
            {
                request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
            }

            if (accept is not null)
            {
                request.Headers.TryAddWithoutValidation("Accept", accept);
            }

            if (request.Content is not null)
            {
                // The Functions host loses a body without a length.
                await request.Content.LoadIntoBufferAsync(stop);
            }

            using var response = await client.SendAsync(request, stop);
            if (response.StatusCode is HttpStatusCode.TooManyRequests && waits < MaxWaits
                && response.Headers.RetryAfter?.Delta is { } delay && delay <= MaxWait)
            {
                await wait(delay, stop);
                continue;
            }

            var answer = new CheckAnswer(
                (int)response.StatusCode,
                await response.Content.ReadAsStringAsync(stop),
                response.Headers.Concat(response.Content.Headers).ToDictionary(
                    header => header.Key, header => string.Join(", ", header.Value), StringComparer.OrdinalIgnoreCase));
            LookAtHeaders(method, path, answer);
            return answer;
        }
    }

    private void LookAtHeaders(HttpMethod method, string path, CheckAnswer answer)
    {
        if (answer.Text.Length == 0 && method != HttpMethod.Head)
        {
            // The host answers unknown routes itself, without headers of the app.
            return;
        }

        var missing = Protecting.Where(name => !answer.Headers.ContainsKey(name)).ToList();
        var isStored = !answer.Headers.GetValueOrDefault("Cache-Control", "").Contains("no-store", StringComparison.Ordinal);
        if (isStored && !path.StartsWith(".well-known/", StringComparison.Ordinal))
        {
            missing.Add("Cache-Control no-store");
        }

        if (answer.Headers.TryGetValue("X-Content-Type-Options", out var options) && options != "nosniff")
        {
            missing.Add("X-Content-Type-Options nosniff");
        }

        if (baseUrl.StartsWith("https://", StringComparison.OrdinalIgnoreCase) && !answer.Headers.ContainsKey("Strict-Transport-Security"))
        {
            missing.Add("Strict-Transport-Security");
        }

        flaws.UnionWith(missing.Select(name => string.Create(
            CultureInfo.InvariantCulture, $"{method} {path.Split('?')[0]} ({answer.Status}) without {name}")));
    }
}
