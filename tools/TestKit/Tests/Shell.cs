using System.Diagnostics;
using LocalHost.Storage;

namespace TestKit;

/// <summary>Runs commands as a person at a terminal does.</summary>
public static class Shell
{
    public static Task<string> RunAsync(string command, string folder, params string[] arguments) =>
        RunAsync(new ProcessStartInfo(command, arguments) { WorkingDirectory = folder });

    /// <summary>What the command wrote to its standard output. A command that fails fails the test.</summary>
    public static async Task<string> RunAsync(ProcessStartInfo start)
    {
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        using var process = NpmInstall.Run(start);
        var errors = process.StandardError.ReadToEndAsync();
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        Assert.True(process.ExitCode == 0, output + await errors);
        return output;
    }
}
