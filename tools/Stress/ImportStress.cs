extern alias operations;
using System.Diagnostics;
using System.Text.Json;
using Microsoft.AspNetCore.Identity;
using operations::Operations;

namespace Stress;

/// <summary>Imports many users, is killed meanwhile, and starts again.</summary>
public static class ImportStress
{
    public static async Task<bool> RunAsync(int users, int kills)
    {
        await using var stage = await Stage.StartAsync();
        using (await stage.StartAppAsync())
        {
            // The app makes the tables.
        }

        var file = Path.GetTempFileName();
        try
        {
            await WriteAsync(file, Enumerable.Range(0, users).Select(NameOf));
            for (var kill = 1; kill <= kills; kill++)
            {
                using var killed = Start(stage, file, out _);
                await Task.Delay(TimeSpan.FromSeconds(5 + kill));
                killed.Kill(entireProcessTree: true);
                await killed.WaitForExitAsync();
            }

            var clock = Stopwatch.StartNew();
            using var import = Start(stage, file, out var lines);
            var text = await lines;
            await import.WaitForExitAsync();
            Console.WriteLine(text);
            Console.WriteLine($"{users:N0} users after {kills} kills: {users / clock.Elapsed.TotalSeconds:N0} a second in the last run");
            return import.ExitCode == 0 && await SignInAsync(stage, users);
        }
        finally
        {
            File.Delete(file);
        }
    }

    /// <summary>Imports people with hashes of ASP.NET Core Identity.</summary>
    public static async Task ImportAsync(Stage stage, IEnumerable<string> usernames)
    {
        var file = Path.GetTempFileName();
        await WriteAsync(file, usernames);
        using var import = Start(stage, file, out var lines);
        await lines;
        await import.WaitForExitAsync();
        File.Delete(file);
    }

    private static Task WriteAsync(string file, IEnumerable<string> usernames)
    {
        var hash = new PasswordHasher<object>().HashPassword("", Stage.Password);
        return File.WriteAllLinesAsync(file, usernames.Select(username => JsonSerializer.Serialize(
            new { username, password_hash = hash, first_name = "Ada", created = "2024-07-02T18:58:00Z" })));
    }

    private static string NameOf(int number) => $"imported-{number}@example.com";

    private static Process Start(Stage stage, string file, out Task<string> output)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(ImportCommand).Assembly.Location, "import", file])
        {
            RedirectStandardOutput = true,
        };
        foreach (var (name, value) in stage.Environment)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet cannot be started.");
        output = process.StandardOutput.ReadToEndAsync();
        return process;
    }

    private static async Task<bool> SignInAsync(Stage stage, int users)
    {
        using var app = await stage.StartAppAsync();
        var wrong = 0;
        for (var number = 0; number < users; number += Math.Max(1, users / 50))
        {
            var login = await app.PostAsync("login", new { username = NameOf(number), password = Stage.Password });
            wrong += login.Status == 200 ? 0 : 1;
        }

        Console.WriteLine($"{wrong} of 50 cannot sign in");
        return wrong == 0;
    }
}
