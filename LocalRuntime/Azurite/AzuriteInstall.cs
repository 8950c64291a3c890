using System.ComponentModel;
using System.Diagnostics;
using LocalRuntime.Hosting;

namespace LocalRuntime;

/// <summary>Installs Azurite with npm, as the lock file beside this program pins it, on first use and whenever the lock file changes.</summary>
internal static class AzuriteInstall
{
    private const string LockFile = "package-lock.json";

    /// <summary>Where package.json, its lock file and azurite.cjs are.</summary>
    public static string Source { get; } = Path.Combine(AppContext.BaseDirectory, "Azurite");

    /// <summary>Returns <paramref name="folder"/>, with Azurite in its node_modules.</summary>
    public static async Task<string> EnsureAsync(string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);

        // The app and the tests may both be the first.
        await using var turn = await TakeTurnAsync(Path.Combine(folder, "install.lock"), cancellationToken);
        var installed = Path.Combine(folder, "node_modules", LockFile);
        var wanted = await File.ReadAllTextAsync(Path.Combine(Source, LockFile), cancellationToken);
        if (File.Exists(installed) && await File.ReadAllTextAsync(installed, cancellationToken) == wanted)
        {
            return folder;
        }

        Console.WriteLine("Installing Azurite, once …");
        foreach (var file in new[] { "package.json", LockFile })
        {
            File.Copy(Path.Combine(Source, file), Path.Combine(folder, file), overwrite: true);
        }

        using var npm = Run(new ProcessStartInfo(OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        var output = npm.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = await npm.StandardError.ReadToEndAsync(cancellationToken);
        await output;
        await npm.WaitForExitAsync(cancellationToken);
        if (npm.ExitCode != 0)
        {
            throw new StartException($"npm cannot install Azurite: {errors}");
        }

        // Last, so that an install that was cut off is done again.
        File.Copy(Path.Combine(Source, LockFile), installed);
        return folder;
    }

    public static Process Run(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new StartException($"{start.FileName} cannot be started.");
        }
        catch (Win32Exception e)
        {
            throw new StartException($"{start.FileName} is not on the PATH: install Node.js 20 or later, which Azurite needs.", e);
        }
    }

    private static async Task<FileStream> TakeTurnAsync(string file, CancellationToken cancellationToken)
    {
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException)
            {
                await Task.Delay(200, cancellationToken);
            }
        }
    }
}
