using System.Diagnostics;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text.Json;
using LocalHost;
using LocalHost.Storage;

namespace Benchmarks.Servers;

/// <summary>A measured server in its own processes, and a client for it.</summary>
public sealed class Server : IDisposable
{
    private const string Hook = "DOTNET_STARTUP_HOOKS";
    private static readonly string Program = typeof(Server).Assembly.Location;
    private readonly IDisposable processes;
    private readonly int processId;
    private readonly int? hostProcessId;
    private readonly bool isDotnet;

    private Server(IDisposable processes, int processId, int? hostProcessId, Uri address, bool isDotnet = true)
    {
        (this.processes, this.processId, this.hostProcessId, this.isDotnet) = (processes, processId, hostProcessId, isDotnet);
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false, UseCookies = false }) { BaseAddress = address };
    }

    /// <summary>The build of MinimalWorker that goes with this program.</summary>
    public static string MinimalWorkerOutput { get; } = Path.Combine(
        ProjectFolder.Root,
        typeof(Server).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(data => data.Key == nameof(MinimalWorkerOutput)).Value ?? "");

    /// <summary>Its base address is that of the server.</summary>
    public HttpClient Client { get; }

    /// <summary>Starts the local host and a function app under it, each in its own process.</summary>
    /// <param name="settings">Environment variables.</param>
    /// <param name="app">The folder of its build; null: the app's.</param>
    public static async Task<Server> StartAppAsync(IReadOnlyDictionary<string, string> settings, string? app = null)
    {
        var started = await LocalApp.StartAsync(new Dictionary<string, string>(settings) { [Hook] = Program }, app);
        var address = started.Client.BaseAddress ?? throw new InvalidOperationException("The app has no address.");
        return new Server(started, started.WorkerProcessId, started.HostProcessId, new Uri(address, "/"));
    }

    /// <summary>Starts <see cref="IdentityServer"/> in its own process.</summary>
    public static Task<Server> StartIdentityAsync() => StartAsync("Identity", port => new("dotnet", [Program, "identity", $"{port}"])
    {
        RedirectStandardInput = true,
        Environment = { [Hook] = Program },
    });

    /// <summary>Installs better-auth and starts it in its own process.</summary>
    public static async Task<Server> StartBetterAuthAsync()
    {
        var folder = Path.Combine(ProjectFolder.Root, "tools", "Benchmarks", "Servers", "BetterAuth");
        await NpmInstall.EnsureAsync(folder, folder, CancellationToken.None);
        return await StartAsync("better-auth", port => new("node", [Path.Combine(folder, "server.mjs"), $"{port}"])
        {
            Environment = { ["NODE_ENV"] = "production" },
        });
    }

    private static async Task<Server> StartAsync(string name, Func<int, ProcessStartInfo> command)
    {
        var port = Ports.Free();
        var start = command(port);
        start.RedirectStandardOutput = true;
        var process = Process.Start(start) ?? throw new InvalidOperationException($"{start.FileName} cannot be started.");
        if (await process.StandardOutput.ReadLineAsync() is not IdentityServer.Ready)
        {
            throw new InvalidOperationException($"{name} does not start.");
        }

        return new Server(
            new Killed(process), process.Id, null, new Uri($"http://127.0.0.1:{port}"), start.Environment.ContainsKey(Hook));
    }

    /// <summary>What the server has used. Allocation and storage calls are unknown for a server that is not a .NET program.</summary>
    public Task<Usage> MeasureAsync() => Usage.ReadAsync(processId, hostProcessId, isDotnet);

    /// <summary>Posts a body that must succeed.</summary>
    public async Task<JsonElement> PostAsync(string path, object body)
    {
        using var response = await SendAsync(path, body);
        response.EnsureSuccessStatusCode();
        var text = await response.Content.ReadAsStringAsync();
        return text is "" ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }

    /// <summary>Posts a body that the server may refuse.</summary>
    public async Task TryPostAsync(string path, object body)
    {
        using var response = await SendAsync(path, body);
    }

    /// <summary>Gets an answer that must be a success.</summary>
    public async Task GetAsync(string path, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        using var response = await Client.SendAsync(request);
        response.EnsureSuccessStatusCode();
        await response.Content.ReadAsByteArrayAsync();
    }

    public void Dispose()
    {
        Client.Dispose();
        processes.Dispose();
    }

    // With a length and in one piece, as most clients send it.
    private Task<HttpResponseMessage> SendAsync(string path, object body) => Client.PostAsync(
        path, new StringContent(JsonSerializer.Serialize(body, JsonSerializerOptions.Web), MediaTypeHeaderValue.Parse("application/json")));

    private sealed class Killed(Process process) : IDisposable
    {
        public void Dispose()
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
