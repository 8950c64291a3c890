using System.Diagnostics;
using Operations;

namespace Delivery.Tests.Operations;

/// <summary>The operators' command line as a process of its own.</summary>
internal static class OperationsProgram
{
    /// <returns>The exit code and the standard error.</returns>
    public static async Task<(int ExitCode, string Errors)> RunAsync(string[] args, params (string Name, string Value)[] settings)
    {
        var start = new ProcessStartInfo("dotnet", [typeof(PoisonCommand).Assembly.Location, .. args])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in settings)
        {
            start.Environment[name] = value;
        }

        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var errors = await process.StandardError.ReadToEndAsync();
        await output;
        await process.WaitForExitAsync();
        return (process.ExitCode, errors);
    }
}
