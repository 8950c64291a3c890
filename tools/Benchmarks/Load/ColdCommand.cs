using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AccountFunctions.Benchmarks.Load;

/// <summary>
/// How long a start takes to the first answer, beside a minimal app, start after start in turn, as built and as published with ReadyToRun:
/// <c>cold [--starts N]</c>. Writes docs/performance/cold.md.
/// </summary>
public static class ColdCommand
{
    private static readonly (string Name, string Server, string Path)[] Starts =
    [
        ("minimal app → hello", "minimal", "/hello"),
        ("minimal app → row read, token signed", "minimal", "/token"),
        ("app → first answer", "app", "/api/health/live"),
        ("app → first login", "app", "/api/account/login"),
    ];

    public static async Task<int> RunAsync(int starts, string folder)
    {
        await using var azurite = await LocalRuntime.Azurite.StartAsync(new LocalRuntime.AzuriteOptions(), CancellationToken.None);
        var storage = new Dictionary<string, string> { ["AzureWebJobsStorage"] = azurite.ConnectionString() };

        // The first start makes the tables, as a deployment does; all others are those of production, and make none.
        await TimeAsync("app", "/api/health/live", storage, AppContext.BaseDirectory);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var settings = new Dictionary<string, string>(storage)
        {
            ["AZURE_FUNCTIONS_ENVIRONMENT"] = "Production",
            ["Codes__Key"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)),
            ["Tokens__SigningKey"] = key.ExportPkcs8PrivateKeyPem(),
        };
        var published = Directory.CreateTempSubdirectory("ready-to-run").FullName;
        await PublishAsync(published);
        var builds = new[] { ("built", AppContext.BaseDirectory), ("ReadyToRun", published) };
        var times = new Dictionary<(string Build, string Name), List<double>>();
        for (var round = 0; round < starts; round++)
        {
            foreach (var (build, program) in builds)
            {
                foreach (var (name, server, path) in Starts)
                {
                    var took = await TimeAsync(server, path, settings, program);
                    times.TryAdd((build, name), []);
                    times[(build, name)].Add(took);
                }
            }

            Console.Error.WriteLine($"{round + 1} of {starts} rounds");
        }

        var report = new StringBuilder($"| start → answer, medians of {starts} | built | ReadyToRun |\n|---|---|---|\n");
        foreach (var (name, _, _) in Starts)
        {
            report.AppendLine(CultureInfo.InvariantCulture, $"| {name} | {Median(times[("built", name)]):N0} ms | {Median(times[("ReadyToRun", name)]):N0} ms |");
        }

        double Ratio(string build, string app, string minimal) => Median(times[(build, app)]) / Median(times[(build, minimal)]);
        report.AppendLine(CultureInfo.InvariantCulture, $"| first answer, times the minimal app's hello | {Ratio("built", Starts[2].Name, Starts[0].Name):N2} | {Ratio("ReadyToRun", Starts[2].Name, Starts[0].Name):N2} |");
        report.AppendLine(CultureInfo.InvariantCulture, $"| first login, times the minimal app's token | {Ratio("built", Starts[3].Name, Starts[1].Name):N2} | {Ratio("ReadyToRun", Starts[3].Name, Starts[1].Name):N2} |");
        Console.WriteLine(report);
        Directory.Delete(published, recursive: true);
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync(Path.Combine(folder, "cold.md"), report.ToString());
        return 0;
    }

    private static async Task PublishAsync(string folder)
    {
        using var publish = Process.Start(new ProcessStartInfo(
            "dotnet", ["publish", "AccountFunctions.Benchmarks", "-c", "Release", "-r", "linux-x64", "--self-contained", "false", "-p:PublishReadyToRun=true", "-o", folder, "-v", "quiet"]))
            ?? throw new InvalidOperationException("dotnet does not start.");
        await publish.WaitForExitAsync();
        if (publish.ExitCode != 0)
        {
            throw new InvalidOperationException("The program cannot be published.");
        }
    }

    private static async Task<double> TimeAsync(string server, string path, Dictionary<string, string> settings, string build)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = await ServerProcess.StartAsync(server, settings, build);
        using var content = path.EndsWith("login", StringComparison.Ordinal) ? new StringContent("""{"username":"a@example.com","password":"x"}""", Encoding.UTF8, "application/json") : null;
        using var request = new HttpRequestMessage(content is null ? HttpMethod.Get : HttpMethod.Post, path) { Content = content };
        using var response = await process.Client.SendAsync(request);
        return (int)response.StatusCode < 500 && (int)response.StatusCode != 404
            ? Stopwatch.GetElapsedTime(start).TotalMilliseconds
            : throw new InvalidOperationException($"{server} answers {response.StatusCode}.");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
