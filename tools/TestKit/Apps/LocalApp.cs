using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.RegularExpressions;
using LocalHost;
using LocalHost.Hosting;

namespace TestKit;

/// <summary>The local host in its own process, with the app in another one, as a user at a terminal starts them.</summary>
public sealed partial class LocalApp : IDisposable
{
    // If this names a file, it gets everything that the apps print.
    private static readonly Stream Log = Environment.GetEnvironmentVariable("APP_LOG") is { } path
        ? Stream.Synchronized(File.Create(path, bufferSize: 0))
        : Stream.Null;

    // If this names processors, as for taskset, host and app use only those.
    private static readonly string? Processors = Environment.GetEnvironmentVariable("APP_CPUS");

    // Start it by its path, because settings may change the child's search path.
    private static readonly string Dotnet =
        Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));
    private readonly Process process;

    private LocalApp(Process process, int port)
    {
        this.process = process;
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/api/account/"), Timeout = TimeSpan.FromSeconds(30) };
    }

    /// <summary>Its base address is the one of the operations.</summary>
    public HttpClient Client { get; }

    public int HostProcessId => process.Id;

    /// <summary>The process of the app, once it has started.</summary>
    public int WorkerProcessId { get; private set; }

    /// <summary>Bytes of memory that the app uses.</summary>
    public long Memory
    {
        get
        {
            using var worker = Process.GetProcessById(WorkerProcessId);
            return worker.WorkingSet64;
        }
    }

    /// <summary>Open handles of the app.</summary>
    public int Handles
    {
        get
        {
            using var worker = Process.GetProcessById(WorkerProcessId);
            return worker.HandleCount;
        }
    }

    /// <summary>Runs the local host with these arguments, without waiting for it.</summary>
    /// <param name="settings">Environment variables.</param>
    public static LocalApp Run(string[] args, IEnumerable<KeyValuePair<string, string>> settings, int port = HostSettings.DefaultPort)
    {
        // A shell's background job ignores Ctrl-C, and so would its children.
        string[] pinned = Processors is null ? [] : ["taskset", "-c", Processors];
        string[] command = [Dotnet, typeof(FunctionsHost).Assembly.Location, .. args];
        var start = OperatingSystem.IsLinux()
            ? new ProcessStartInfo("env", ["--default-signal=INT", .. pinned, .. command])
            : new ProcessStartInfo(Dotnet, command[1..]);
        start.RedirectStandardOutput = true;
        start.RedirectStandardError = true;
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        return new LocalApp(Process.Start(start) ?? throw new InvalidOperationException("dotnet cannot be started."), port);
    }

    /// <summary>Starts the app and waits until it serves.</summary>
    /// <param name="app">The folder of another build.</param>
    public static async Task<LocalApp> StartAsync(IEnumerable<KeyValuePair<string, string>> settings, string? app = null)
    {
        var port = Ports.Free();
        var started = Run(["--port", $"{port}", "--app", app ?? ProjectFolder.AppOutput], settings, port);
        await started.WaitForStartAsync();
        return started;
    }

    /// <summary>Waits until it says that it is ready.</summary>
    public async Task WaitForStartAsync()
    {
        await WaitForLineAsync("Ctrl-C");
        _ = process.StandardOutput.BaseStream.CopyToAsync(Log);
        _ = process.StandardError.BaseStream.CopyToAsync(Log);
    }

    /// <summary>Waits, for at most a minute, until it prints a line with this text.</summary>
    public async Task WaitForLineAsync(string text)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        while (await process.StandardOutput.ReadLineAsync(limit.Token) is { } line)
        {
            if (WorkerProcess().Match(line) is { Success: true } match)
            {
                WorkerProcessId = int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture);
            }

            if (line.Contains(text, StringComparison.Ordinal))
            {
                return;
            }
        }

        throw new InvalidOperationException(await process.StandardError.ReadToEndAsync());
    }

    public async Task<(int ExitCode, string Errors)> WaitForExitAsync()
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        return (process.ExitCode, errors);
    }

    /// <summary>Sends what a terminal sends at Ctrl-C: an interrupt to the host and to its app.</summary>
    public async Task InterruptAsync()
    {
        using var kill = Process.Start("kill", ["-INT", $"{process.Id}", $"{WorkerProcessId}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>Ends the host as Ctrl-C does, and returns how long that took.</summary>
    public async Task<TimeSpan> StopAsync()
    {
        var start = Stopwatch.GetTimestamp();
        await InterruptAsync();
        await process.WaitForExitAsync().WaitAsync(TimeSpan.FromMinutes(1));
        return Stopwatch.GetElapsedTime(start);
    }

    /// <summary>SIGKILL to the app alone.</summary>
    public void KillWorker()
    {
        using var worker = Process.GetProcessById(WorkerProcessId);
        worker.Kill();
    }

    /// <summary>SIGKILL to the host alone, which leaves the app behind.</summary>
    public void KillHost() => process.Kill();

    /// <summary>Posts to an operation. Status 0 means no answer.</summary>
    public async Task<Reply> PostAsync(string operation, object body, string? token = null)
    {
        // With a length, because the host drops a body without one.
        using var content = JsonContent.Create(body);
        await content.LoadIntoBufferAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, operation) { Content = content };
        return await SendAsync(request, token);
    }

    /// <summary>Reads from an operation. Status 0 means no answer.</summary>
    public async Task<Reply> GetAsync(string operation, string? token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, operation);
        return await SendAsync(request, token);
    }

    /// <summary>SIGKILL to host and app: neither can clean up.</summary>
    public void Dispose()
    {
        Client.Dispose();
        process.Kill(entireProcessTree: true);
        process.WaitForExit();
        process.Dispose();
    }

    private async Task<Reply> SendAsync(HttpRequestMessage request, string? token)
    {
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var response = await Client.SendAsync(request);
            return new Reply((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
        }
        catch (Exception e) when (e is HttpRequestException or JsonException)
        {
            return new Reply(0, default);
        }
    }

    [GeneratedRegex(@"^\s*Process\s+(\d+)")]
    private static partial Regex WorkerProcess();
}

/// <summary>An answer of the app.</summary>
public sealed record Reply(int Status, JsonElement Envelope)
{
    public JsonElement Data => Envelope.GetProperty("data");
}
