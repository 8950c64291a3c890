using System.Diagnostics;
using System.Net;

namespace AccountFunctions.Benchmarks.Stress;

/// <summary>Hostile requests by the million: every answer is one of the contract, none a 5xx, and the memory stays bounded.</summary>
public static class HostileStress
{
    private const int Parallelism = 32;
    private const int People = 30;
    private const long MostMemory = 300 << 20;
    private const string Password = "blue tractor 77";

    /// <param name="only">The number of the one request to send again; -1 for all.</param>
    public static async Task<bool> RunAsync(int count, int seed, int only)
    {
        await using var stage = await Stage.StartAsync();

        // Azurite slows down with the rows that mails leave.
        using var app = await stage.StartAppAsync(mailsPerHour: 5);
        var signedUp = 0;
        var people = await Task.WhenAll(Enumerable.Range(0, People).Select(_ => SignUpAsync()));

        var statuses = new int[600];
        var (failures, most, done) = (0, 0L, 0);
        var watch = Stopwatch.StartNew();
        await Parallel.ForAsync(only < 0 ? 0 : only, only < 0 ? count : only + 1, new ParallelOptions { MaxDegreeOfParallelism = Parallelism }, async (number, cancellation) =>
        {
            var (username, token) = people[number % People];
            using var request = HostileRequests.Create(seed, number, token);
            request.RequestUri = new Uri(app.Client.BaseAddress!, request.RequestUri!.OriginalString);
            using var response = await app.Client.SendAsync(request, cancellation);
            var text = await response.Content.ReadAsStringAsync(cancellation);
            Interlocked.Increment(ref statuses[(int)response.StatusCode]);
            if (!HostileRequests.IsOfTheContract(response, text))
            {
                Interlocked.Increment(ref failures);
                Console.WriteLine($"--seed {seed} --only {number}: {(int)response.StatusCode} {text}");
            }

            // Some requests sign out or change the password, which ends the token.
            if (response.StatusCode is HttpStatusCode.Unauthorized && request.Headers.Authorization?.Parameter == token)
            {
                people[number % People] = await SignInAsync(username) ?? await SignUpAsync();
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
        return failures == 0 && most < MostMemory;

        async Task<(string Username, string Token)> SignUpAsync()
        {
            var username = $"person{Interlocked.Increment(ref signedUp)}@example.com";
            await app.PostAsync("register", new { username, password1 = Password, password2 = Password });
            await app.PostAsync("activate", new { username, code = await stage.Sink.CodeAsync(username) });
            return await SignInAsync(username) ?? throw new InvalidOperationException($"{username} cannot sign in.");
        }

        // Not where too many wrong passwords were sent.
        async Task<(string Username, string Token)?> SignInAsync(string username) =>
            await app.PostAsync("login", new { username, password = Password }) is { Status: 200 } reply ? (username, reply.Data.GetProperty("access").GetString() ?? "") : null;
    }
}
