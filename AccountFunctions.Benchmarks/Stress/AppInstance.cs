using System.Diagnostics;

namespace AccountFunctions.Benchmarks.Stress;

/// <summary>The app as a process of its own, which can be killed.</summary>
public sealed class AppInstance : IDisposable
{
    private readonly Process process;

    private AppInstance(Process process) => this.process = process;

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
                _ = process.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
                return new AppInstance(process);
            }
        }

        throw new InvalidOperationException("The app does not start.");
    }

    /// <summary>SIGKILL: nothing that the app does about its end is done.</summary>
    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }
}
