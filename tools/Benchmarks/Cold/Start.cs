using System.Diagnostics;
using System.Text;
using LocalHost.Hosting;
using LocalHost.Worker;

namespace Benchmarks.Cold;

/// <summary>A timed start: a function app, and the request that gets its first answer.</summary>
/// <param name="IsApp">False: MinimalWorker.</param>
/// <param name="Body">JSON to post; null: a GET.</param>
public sealed record Start(string Name, bool IsApp, string Path, string? Body = null)
{
    private static readonly TimeSpan Idle = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Milliseconds from the start of the local host and the app, two processes, to the answer; and the bytes of memory that the app uses
    /// when it has been idle for a moment.
    /// </summary>
    public async Task<(double Milliseconds, double Memory)> TimeBothAsync(
        IReadOnlyDictionary<string, string> settings, string appDirectory)
    {
        var began = Stopwatch.GetTimestamp();
        using var app = await LocalApp.StartAsync(settings, appDirectory);
        await AskAsync(app.Client);
        var took = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
        await Task.Delay(Idle);
        return (took, app.Memory);
    }

    /// <summary>Milliseconds from the start of the app's process to the answer, under a host that already runs in this process.</summary>
    public async Task<double> TimeAppAsync(IReadOnlyDictionary<string, string> settings, string appDirectory)
    {
        var port = Ports.Free();
        var all = HostSettings.ReadFiles(port, sampleOnly: true);
        foreach (var (name, value) in settings)
        {
            all[name] = value;
        }

        HostSettings.UseStorage(all, settings["AzureWebJobsStorage"]);
        var options = new FunctionsHostOptions
        {
            Port = port,
            AppDirectory = appDirectory,
            Configuration = HostSettings.ForHost(appDirectory, all),
            StopGrace = TimeSpan.Zero,
        };
        var began = 0L;
        await using var host = await FunctionsHost.StartAsync(options, (start, _) =>
        {
            began = Stopwatch.GetTimestamp();
            return Task.FromResult<IWorker>(ChildWorker.Start(start, appDirectory, all, _ => { }));
        });
        using var client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
        await AskAsync(client);
        return Stopwatch.GetElapsedTime(began).TotalMilliseconds;
    }

    // A refusal also counts as an answer.
    private async Task AskAsync(HttpClient client)
    {
        using var content = Body is null ? null : new StringContent(Body, Encoding.UTF8, "application/json");
        using var request = new HttpRequestMessage(Body is null ? HttpMethod.Get : HttpMethod.Post, Path) { Content = content };
        using var response = await client.SendAsync(request);
        if ((int)response.StatusCode is 404 or >= 500)
        {
            throw new InvalidOperationException($"{Name}: {response.StatusCode}");
        }
    }
}
