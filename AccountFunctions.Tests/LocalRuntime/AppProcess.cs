using System.Diagnostics;
using LocalRuntime.Hosting;

namespace AccountFunctions.Tests.LocalRuntime;

/// <summary>The app, or LocalRuntime, as a process of its own, as <c>dotnet run</c> starts it.</summary>
public sealed class AppProcess : IDisposable
{
    private readonly Process process;

    public AppProcess(string[] args, params IEnumerable<(string Name, string Value)> settings)
        : this(typeof(AccountServices), args, settings)
    {
    }

    private AppProcess(Type program, string[] args, params IEnumerable<(string Name, string Value)> settings)
    {
        var start = new ProcessStartInfo("dotnet", [program.Assembly.Location, .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        process = Process.Start(start)!;
    }

    /// <summary>LocalRuntime without an app.</summary>
    public static AppProcess LocalRuntime(params string[] args) => new(typeof(LocalApplication), args);

    /// <summary>Waits until it says that it is ready.</summary>
    public async Task WaitForStartAsync()
    {
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            if (line.Contains("Ctrl-C", StringComparison.Ordinal))
            {
                _ = process.StandardOutput.ReadToEndAsync();
                return;
            }
        }

        Assert.Fail(await process.StandardError.ReadToEndAsync());
    }

    public async Task<(int ExitCode, string Errors)> WaitForExitAsync()
    {
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        return (process.ExitCode, errors);
    }

    public void Dispose()
    {
        process.Kill();
        process.Dispose();
    }
}
