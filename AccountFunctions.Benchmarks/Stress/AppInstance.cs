using System.Diagnostics;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace AccountFunctions.Benchmarks.Stress;

/// <summary>The app as a process of its own, which can be killed.</summary>
public sealed class AppInstance : IDisposable
{
    // What the apps say is kept where STRESS_LOG says.
    private static readonly Stream Log = Environment.GetEnvironmentVariable("STRESS_LOG") is { } path ? File.Create(path) : Stream.Null;
    private readonly Process process;

    private AppInstance(Process process, int port)
    {
        this.process = process;
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}/api/account/"), Timeout = TimeSpan.FromSeconds(30) };
    }

    public HttpClient Client { get; }

    /// <summary>Bytes of memory in use.</summary>
    public long Memory
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    public int Handles => process.HandleCount;

    /// <param name="settings">Environment variables.</param>
    public static async Task<AppInstance> StartAsync(int port, IReadOnlyDictionary<string, string> settings)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(AccountServices).Assembly.Location, "--port", $"{port}"]) { RedirectStandardOutput = true };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException("The app does not start.");
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains("Ctrl-C", StringComparison.Ordinal))
            {
                _ = process.StandardOutput.BaseStream.CopyToAsync(Log);
                return new AppInstance(process, port);
            }
        }

        throw new InvalidOperationException("The app does not start.");
    }

    /// <summary>Posts to an operation; status 0 stands for no answer.</summary>
    public async Task<Reply> PostAsync(string operation, object body, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, operation) { Content = JsonContent.Create(body) };
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);
        try
        {
            using var response = await Client.SendAsync(request);
            return new Reply((int)response.StatusCode, await response.Content.ReadFromJsonAsync<JsonElement>());
        }
        catch (HttpRequestException)
        {
            return new Reply(0, default);
        }
    }

    /// <summary>SIGKILL: nothing that the app does about its end is done.</summary>
    public void Dispose()
    {
        Client.Dispose();
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}

/// <summary>An answer of the app.</summary>
public sealed record Reply(int Status, JsonElement Envelope)
{
    public JsonElement Data => Envelope.GetProperty("data");
}
