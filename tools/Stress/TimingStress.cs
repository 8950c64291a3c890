using System.Diagnostics;
using System.Security.Cryptography;

namespace Stress;

/// <summary>
/// Measures whether an answer, or its time, distinguishes known from unknown addresses, by pairs of requests in random order.
/// </summary>
public static class TimingStress
{
    private const int Pool = 40;

    // A share of the median. Hashes are cheap here, so extra work for one of the two addresses shows clearly.
    private const double MostDifference = 0.1;

    public static async Task<bool> RunAsync(int pairs)
    {
        await using var stage = await Stage.StartAsync();
        using var app = await stage.StartAppAsync();
        var password = Stage.Password;

        // Each account may request only a limited number of mails a day.
        var tokens = await Task.WhenAll(Enumerable.Range(0, Pool).Select(number => SignInAsync(stage, app, $"asks-{number}@example.com")));
        var asked = 0;
        var operations = new (string Name, Func<string, Task<Reply>> Ask)[]
        {
            ("register", username => app.PostAsync("register", new { username, password1 = password, password2 = password })),
            ("activate", username => app.PostAsync("activate", new { username, code = "000000" })),
            ("login", username => app.PostAsync("login", new { username, password = "a wrong password" })),
            ("login-device", username => app.PostAsync("login", new { username, password = "a wrong password", device = "of nobody" })),
            ("login/code", username => app.PostAsync("login/code", new { username })),
            ("login-by-code", username => app.PostAsync("login", new { username, code = "000000" })),
            ("code", username => app.PostAsync("code", new { username })),
            ("forgot", username => app.PostAsync("forgot", new { username, code = "000000", new_password = "green tractor 78" })),
            ("restore", username => app.PostAsync("restore", new { username, password = "a wrong password" })),
            ("email", username => app.PostAsync("email", new { username, password }, tokens[asked++ % Pool])),
        };
        Console.WriteLine($"| {pairs:N0} pairs | answers that differ | median | median of the differences | p (Wilcoxon) |");
        Console.WriteLine("|---|---|---|---|---|");
        var holds = true;
        foreach (var (name, ask) in operations)
        {
            // The previous operation's mails would delay the mails to these people.
            await stage.DrainAsync();
            await stage.ForgetHousekeepingAsync();
            var known = Enumerable.Range(0, Pool).Select(number => $"known-{name}-{number}@example.com").ToArray();
            var unknown = Enumerable.Range(0, Pool).Select(number => $"other-{name}-{number}@example.com").ToArray();
            await Task.WhenAll(known.Select(username => stage.SignUpAsync(app, username)));
            if (name is "login-by-code")
            {
                // The wrong codes are tried at open ones.
                await Task.WhenAll(known.Concat(unknown).Select(username => app.PostAsync("login/code", new { username })));
            }

            holds &= await CompareAsync(name, ask, known, unknown, pairs);
        }

        return await CompareImportedAsync(stage, pairs) && holds;
    }

    // Without the setting, only to show what it hides.
    private static async Task<bool> CompareImportedAsync(Stage stage, int pairs)
    {
        const string cost = "raw$pbkdf2-sha512$i=100000,l=32";
        var holds = false;
        foreach (var setting in new[] { "", cost })
        {
            var name = setting is "" ? "login-imported, no setting" : "login-imported";
            var known = Enumerable.Range(0, Pool).Select(number => $"imported-{setting.Length}-{number}@example.com").ToArray();
            var unknown = Enumerable.Range(0, Pool).Select(number => $"other-{setting.Length}-{number}@example.com").ToArray();
            await ImportStress.ImportAsync(stage, known);
            using var app = await stage.StartAppAsync(importedCost: setting);
            holds = await CompareAsync(
                name, username => app.PostAsync("login", new { username, password = "a wrong password" }), known, unknown, pairs);
        }

        return holds;
    }

    private static async Task<string?> SignInAsync(Stage stage, LocalApp app, string username)
    {
        await stage.SignUpAsync(app, username);
        return (await app.PostAsync("login", new { username, password = Stage.Password })).Data.GetProperty("access").GetString();
    }

    private static async Task<bool> CompareAsync(string name, Func<string, Task<Reply>> ask, string[] known, string[] unknown, int pairs)
    {
        var (differences, times, unequal) = (new List<double>(), new List<double>(), 0);

        // The first pairs warm up.
        for (var pair = -Pool; pair < pairs; pair++)
        {
            var addresses = new[] { known[(pair + Pool) % Pool], unknown[(pair + Pool) % Pool] };
            var first = RandomNumberGenerator.GetInt32(2);
            var (one, other) = (await TimeAsync(ask, addresses[first]), await TimeAsync(ask, addresses[1 - first]));
            if (one.Text != other.Text)
            {
                unequal++;
                Console.Error.WriteLine($"{name}: {one.Text} {other.Text}");
            }

            if (pair >= 0)
            {
                differences.Add(first == 0 ? one.Microseconds - other.Microseconds : other.Microseconds - one.Microseconds);
                times.Add(one.Microseconds);
            }
        }

        var share = Median(differences) / Median(times);
        Console.WriteLine(
            $"| {name} | {unequal} | {Median(times):N0} µs | {Median(differences):N0} µs ({share:P1}) | {WilcoxonP(differences):N3} |");
        return unequal == 0 && Math.Abs(share) < MostDifference;
    }

    // The answer's text without the address.
    private static async Task<(double Microseconds, string Text)> TimeAsync(Func<string, Task<Reply>> ask, string address)
    {
        var start = Stopwatch.GetTimestamp();
        var reply = await ask(address);
        var took = Stopwatch.GetElapsedTime(start).TotalMicroseconds;
        return (took, $"{reply.Status} {reply.Envelope}".Replace(address, "", StringComparison.Ordinal));
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);

    /// <summary>Two-sided p of the signed-rank test (Wilcoxon 1945), by its normal approximation, good from twenty pairs on.</summary>
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
