using System.Diagnostics;
using System.Net;

namespace Stress;

/// <summary>Hostile requests by the million: every answer conforms to the contract, none is a 5xx, and memory stays bounded.</summary>
public static class HostileStress
{
    private const int Parallelism = 32;
    private const int People = 30;
    private const int Report = 20_000;
    private const long MostMemory = 300 << 20;

    /// <param name="only">The number of the one request to send again; -1 for all.</param>
    public static async Task<bool> RunAsync(int count, int seed, int only)
    {
        await using var stage = await Stage.StartAsync();

        // Azurite slows down with the rows that mails leave behind.
        using var app = await stage.StartAppAsync(mailsPerHour: 5);
        var signedUp = 0;
        var people = await Task.WhenAll(Enumerable.Range(0, People).Select(_ => SignUpAsync()));

        var statuses = new int[600];
        var (failures, most, done) = (0, app.Memory, 0);
        var (first, end) = only < 0 ? (0, count) : (only, only + 1);
        var watch = Stopwatch.StartNew();
        await Parallel.ForAsync(first, end, new ParallelOptions { MaxDegreeOfParallelism = Parallelism }, async (number, cancellation) =>
        {
            var (username, token) = people[number % People];
            using var request = HostileRequests.Create(seed, number, token);
            using var response = await app.Client.SendAsync(request, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            Interlocked.Increment(ref statuses[(int)response.StatusCode]);
            if (!HostileRequests.IsOfTheContract(response, text))
            {
                Interlocked.Increment(ref failures);
                Console.WriteLine($"--seed {seed} --only {number}: {(int)response.StatusCode} {text}");
            }

            // Some requests sign out or change the password, which voids the token.
            if (response.StatusCode is HttpStatusCode.Unauthorized && request.Headers.Authorization?.Parameter == token)
            {
                people[number % People] = await SignInAsync(username) ?? await SignUpAsync();
            }

            if (Interlocked.Increment(ref done) % Report == 0)
            {
                most = Math.Max(most, app.Memory);
                Console.Error.WriteLine($"{done:N0} of {count:N0}, {app.Memory >> 20} MB");
                await stage.ForgetHousekeepingAsync();
            }
        });

        most = Math.Max(most, app.Memory);
        var answers = statuses.Index().Where(status => status.Item > 0).Select(status => $"{status.Item:N0} × {status.Index}");
        Console.WriteLine(
            $"{done:N0} hostile requests (seed {seed}) in {watch.Elapsed.TotalMinutes:N1} min: "
            + $"{failures} violations, the app takes at most {most >> 20} MB; {string.Join(", ", answers)}");
        return failures == 0 && most < MostMemory;

        async Task<(string Username, string Token)> SignUpAsync()
        {
            var username = $"person{Interlocked.Increment(ref signedUp)}@example.com";
            await stage.SignUpAsync(app, username);
            return await SignInAsync(username) ?? throw new InvalidOperationException($"{username} cannot sign in.");
        }

        // Null after too many wrong passwords.
        async Task<(string Username, string Token)?> SignInAsync(string username) =>
            await app.PostAsync("login", new { username, password = Stage.Password }) is { Status: 200 } reply
                ? (username, reply.Data.GetProperty("access").GetString() ?? "")
                : null;
    }
}
