using System.Diagnostics;
using System.Security.Cryptography;

namespace AccountFunctions.Benchmarks.Stress;

/// <summary>Whether an answer, or the time it takes, tells a known address from an unknown one: pairs of requests, one for each, in random order.</summary>
public static class TimingStress
{
    private const int Pool = 40;
    private const string Password = "blue tractor 77";

    // Of the median. Work that only one of the two costs shows in full: hashes are cheap here.
    private const double MostDifference = 0.1;

    public static async Task<bool> RunAsync(int pairs)
    {
        await using var stage = await Stage.StartAsync();
        using var app = await stage.StartAppAsync();
        var operations = new (string Name, Func<string, Task<Reply>> Ask)[]
        {
            ("register", username => app.PostAsync("register", new { username, password1 = Password, password2 = Password })),
            ("activate", username => app.PostAsync("activate", new { username, code = "000000" })),
            ("login", username => app.PostAsync("login", new { username, password = "a wrong password" })),
            ("code", username => app.PostAsync("code", new { username })),
            ("forgot", username => app.PostAsync("forgot", new { username, code = "000000", new_password = "green tractor 78" })),
        };
        Console.WriteLine($"| {pairs:N0} pairs | answers that differ | median | median of the differences | p (Wilcoxon) |\n|---|---|---|---|---|");
        var holds = true;
        foreach (var (name, ask) in operations)
        {
            // The mails of the operation before would keep those of these people waiting.
            await stage.DrainAsync();
            await stage.ForgetHousekeepingAsync();
            var known = await Task.WhenAll(Enumerable.Range(0, Pool).Select(number => SignUpAsync($"known-{name}-{number}@example.com")));
            var unknown = Enumerable.Range(0, Pool).Select(number => $"other-{name}-{number}@example.com").ToArray();
            var (differences, times, unequal) = (new List<double>(), new List<double>(), 0);
            for (var pair = -Pool; pair < pairs; pair++)
            {
                var addresses = new[] { known[(pair + Pool) % Pool], unknown[(pair + Pool) % Pool] };
                var first = RandomNumberGenerator.GetInt32(2);
                var (one, other) = (await TimeAsync(ask, addresses[first]), await TimeAsync(ask, addresses[1 - first]));
                if (one.Text.Replace(addresses[first], "", StringComparison.Ordinal) != other.Text.Replace(addresses[1 - first], "", StringComparison.Ordinal))
                {
                    unequal++;
                    Console.Error.WriteLine($"{name}: {one.Text} {other.Text}");
                }

                // The first ones warm up.
                if (pair >= 0)
                {
                    differences.Add(first == 0 ? one.Microseconds - other.Microseconds : other.Microseconds - one.Microseconds);
                    times.Add(one.Microseconds);
                }
            }

            var share = Median(differences) / Median(times);
            holds &= unequal == 0 && Math.Abs(share) < MostDifference;
            Console.WriteLine($"| {name} | {unequal} | {Median(times):N0} µs | {Median(differences):N0} µs ({share:P1}) | {WilcoxonP(differences):N3} |");
        }

        return holds;

        async Task<string> SignUpAsync(string username)
        {
            await app.PostAsync("register", new { username, password1 = Password, password2 = Password });
            await app.PostAsync("activate", new { username, code = await stage.Sink.CodeAsync(username) });
            return username;
        }
    }

    private static async Task<(double Microseconds, string Text)> TimeAsync(Func<string, Task<Reply>> ask, string address)
    {
        var start = Stopwatch.GetTimestamp();
        var reply = await ask(address);
        return (Stopwatch.GetElapsedTime(start).TotalMicroseconds, $"{reply.Status} {reply.Envelope}");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>Two-sided p of the signed-rank test, by its normal approximation, which is good from some twenty pairs on (Wilcoxon 1945).</summary>
    private static double WilcoxonP(List<double> differences)
    {
        var ranked = differences.Where(difference => difference != 0).OrderBy(Math.Abs).Index().ToList();
        double n = ranked.Count;
        var positive = ranked.Where(difference => difference.Item > 0).Sum(difference => difference.Index + 1.0);
        var z = (positive - (n * (n + 1) / 4)) / Math.Sqrt(n * (n + 1) * ((2 * n) + 1) / 24);
        return 2 * (1 - NormalCdf(Math.Abs(z)));
    }

    // Abramowitz and Stegun 26.2.17, exact to 1e-7.
    private static double NormalCdf(double x)
    {
        var t = 1 / (1 + (0.2316419 * x));
        var tail = t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return 1 - (Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI) * tail);
    }
}
