using System.Diagnostics;
using System.Net.Http.Headers;
using System.Reflection;
using System.Text.Json;
using LocalHost;

namespace Benchmarks.Servers;

/// <summary>A server that is measured, in processes of its own, and a client for it.</summary>
public sealed class Server : IDisposable
{
    private const string Hook = "DOTNET_STARTUP_HOOKS";
    private static readonly string Program = typeof(Server).Assembly.Location;
    private readonly IDisposable processes;
    private readonly int processId;
    private readonly int? hostProcessId;

    private Server(IDisposable processes, int processId, int? hostProcessId, Uri address)
    {
        (this.processes, this.processId, this.hostProcessId) = (processes, processId, hostProcessId);
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
    }

    /// <summary>The build of MinimalWorker that goes with this program.</summary>
    public static string MinimalWorkerOutput { get; } = Path.Combine(
        ProjectFolder.Root,
        typeof(Server).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
            .Single(data => data.Key == nameof(MinimalWorkerOutput)).Value ?? "");

    /// <summary>Its base address is that of the server.</summary>
    public HttpClient Client { get; }

    /// <summary>Starts a function app under the local host, each as a process.</summary>
    /// <param name="settings">Environment variables.</param>
    /// <param name="app">The folder of its build; that of the app if null.</param>
    public static async Task<Server> StartAppAsync(IReadOnlyDictionary<string, string> settings, string? app = null)
    {
        var started = await LocalApp.StartAsync(new Dictionary<string, string>(settings) { [Hook] = Program }, app);
        var address = started.Client.BaseAddress ?? throw new InvalidOperationException("The app has no address.");
        return new Server(started, started.WorkerProcessId, started.HostProcessId, new Uri(address, "/"));
    }

    /// <summary>Starts <see cref="IdentityServer"/> as a process.</summary>
    public static async Task<Server> StartIdentityAsync()
    {
        var port = Ports.Free();
        var start = new ProcessStartInfo("dotnet", [Program, "identity", $"{port}"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment[Hook] = Program;
        var process = Process.Start(start) ?? throw new InvalidOperationException("dotnet cannot be started.");
        if (await process.StandardOutput.ReadLineAsync() is not IdentityServer.Ready)
        {
            throw new InvalidOperationException("Identity does not start.");
        }

        return new Server(new Killed(process), process.Id, null, new Uri($"http://127.0.0.1:{port}"));
    }

    public Task<Usage> MeasureAsync() => Usage.ReadAsync(processId, hostProcessId);

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

    // With a length, in one piece, as most clients send it.
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
