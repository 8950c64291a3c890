using System.Diagnostics;
using System.Globalization;
using AccountFunctions.Benchmarks.Stress;

namespace AccountFunctions.Benchmarks.Load;

/// <summary>What a process has used since its start.</summary>
/// <param name="StorageCalls">Of the requests that a server answered.</param>
public readonly record struct Usage(double CpuMilliseconds, long AllocatedBytes, long PeakBytes, long StorageCalls)
{
    public static Usage OfThisProcess(long storageCalls = 0)
    {
        using var self = Process.GetCurrentProcess();
        return new Usage(self.TotalProcessorTime.TotalMilliseconds, GC.GetTotalAllocatedBytes(), self.PeakWorkingSet64, storageCalls);
    }
}

/// <summary>A server in a process of its own, and a client for it.</summary>
public sealed class ServerProcess : IDisposable
{
    private readonly Process process;

    private ServerProcess(Process process, int port)
    {
        this.process = process;
        Client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public HttpClient Client { get; }

    /// <param name="settings">Environment variables.</param>
    /// <param name="build">The folder of another build of this program.</param>
    public static async Task<ServerProcess> StartAsync(string name, IReadOnlyDictionary<string, string> settings, string? build = null)
    {
        var port = MailSink.FreePort();
        var program = Path.Combine(build ?? AppContext.BaseDirectory, Path.GetFileName(typeof(ServerProcess).Assembly.Location));
        var start = new ProcessStartInfo("dotnet", [program, "serve", name, $"{port}"]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var (key, value) in settings)
        {
            start.Environment[key] = value;
        }

        var process = Process.Start(start) ?? throw new InvalidOperationException($"{name} does not start.");
        return await process.StandardOutput.ReadLineAsync() is "ready" ? new ServerProcess(process, port) : throw new InvalidOperationException($"{name} does not start.");
    }

    public async Task<Usage> MeasureAsync()
    {
        await process.StandardInput.WriteLineAsync();
        var parts = (await process.StandardOutput.ReadLineAsync() ?? "").Split(' ');
        return new Usage(
            double.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture), long.Parse(parts[2], CultureInfo.InvariantCulture), long.Parse(parts[3], CultureInfo.InvariantCulture));
    }

    public void Dispose()
    {
        Client.Dispose();
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
