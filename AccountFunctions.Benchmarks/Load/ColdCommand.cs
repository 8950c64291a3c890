using System.Diagnostics;
using System.Globalization;

namespace AccountFunctions.Benchmarks.Load;

/// <summary>How long a start takes to the first answer, beside a minimal app, start after start in turn: <c>cold [--starts N]</c>.</summary>
public static class ColdCommand
{
    public static async Task<int> RunAsync(int starts)
    {
        await using var azurite = await LocalRuntime.Azurite.StartAsync(new LocalRuntime.AzuriteOptions(), CancellationToken.None);
        var settings = new Dictionary<string, string> { ["AzureWebJobsStorage"] = azurite.ConnectionString() };
        var times = new Dictionary<string, List<double>> { ["minimal"] = [], ["app"] = [], ["app, to the first login"] = [] };
        for (var start = 0; start < starts; start++)
        {
            times["minimal"].Add(await TimeAsync("minimal", "/hello", settings));
            times["app"].Add(await TimeAsync("app", "/api/health/live", settings));
            times["app, to the first login"].Add(await TimeAsync("app", "/api/account/login", settings));
        }

        Console.WriteLine($"| start → first answer | median of {starts} | times the minimal app |\n|---|---|---|");
        foreach (var (name, list) in times)
        {
            Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"| {name} | {Median(list):N0} ms | {Median(list) / Median(times["minimal"]):N2} |"));
        }

        return 0;
    }

    private static async Task<double> TimeAsync(string server, string path, Dictionary<string, string> settings)
    {
        var start = Stopwatch.GetTimestamp();
        using var process = await ServerProcess.StartAsync(server, settings);
        using var content = path.EndsWith("login", StringComparison.Ordinal) ? new StringContent("""{"username":"a@example.com","password":"x"}""", System.Text.Encoding.UTF8, "application/json") : null;
        using var request = new HttpRequestMessage(content is null ? HttpMethod.Get : HttpMethod.Post, path) { Content = content };
        using var response = await process.Client.SendAsync(request);
        return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
