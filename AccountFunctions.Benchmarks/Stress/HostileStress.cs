using System.Diagnostics;
using System.Net;
using System.Text.Json;

namespace AccountFunctions.Benchmarks.Stress;

/// <summary>Hostile requests by the million: every answer is one of the contract, none a 5xx, and the memory stays bounded.</summary>
public static class HostileStress
{
    private const int Parallelism = 32;
    private const string Password = "blue tractor 77";

    /// <param name="only">The number of the one request to send again; -1 for all.</param>
    public static async Task<bool> RunAsync(int count, int seed, int only)
    {
        await using var stage = await Stage.StartAsync();
        using var app = await stage.StartAppAsync();
        const string username = "ada@example.com";
        await app.PostAsync("register", new { username, password1 = Password, password2 = Password });
        await app.PostAsync("activate", new { username, code = await stage.Sink.CodeAsync(username) });
        var token = (await app.PostAsync("login", new { username, password = Password })).Data.GetProperty("access").GetString();

        var statuses = new int[600];
        var (failures, most, done) = (0, 0L, 0);
        var watch = Stopwatch.StartNew();
        await Parallel.ForAsync(only < 0 ? 0 : only, only < 0 ? count : only + 1, new ParallelOptions { MaxDegreeOfParallelism = Parallelism }, async (number, cancellation) =>
        {
            using var request = HostileRequests.Create(seed, number, token);
            request.RequestUri = new Uri(app.Client.BaseAddress!, request.RequestUri!.OriginalString);
            using var response = await app.Client.SendAsync(request, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            Interlocked.Increment(ref statuses[(int)response.StatusCode]);
            if ((int)response.StatusCode >= 500 || !IsEnvelope(response, text))
            {
                Interlocked.Increment(ref failures);
                Console.WriteLine($"--seed {seed} --only {number}: {(int)response.StatusCode} {text}");
            }

            if (Interlocked.Increment(ref done) % 20_000 == 0)
            {
                most = Math.Max(most, app.Memory);
                Console.Error.WriteLine($"{done:N0} of {count:N0}, {app.Memory >> 20} MB");
                await stage.ForgetHousekeepingAsync();
            }
        });

        Console.WriteLine(
            $"{done:N0} hostile requests (seed {seed}) in {watch.Elapsed.TotalMinutes:N1} min: {failures} violations, at most {most >> 20} MB; "
            + string.Join(", ", statuses.Index().Where(status => status.Item > 0).Select(status => $"{status.Item:N0} × {status.Index}")));
        return failures == 0;
    }

    private static bool IsEnvelope(HttpResponseMessage response, string text)
    {
        if (response.StatusCode is HttpStatusCode.NotFound && text is "")
        {
            // No such route and method: the host's own answer.
            return true;
        }

        try
        {
            return JsonDocument.Parse(text).RootElement.TryGetProperty("status", out _);
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
