using System.ComponentModel;
using System.Diagnostics;

namespace LocalHost.Storage;

/// <summary>Installs what a package-lock.json pins with npm, on first use and whenever the lock file changes.</summary>
public static class NpmInstall
{
    private const string LockFile = "package-lock.json";

    /// <param name="source">Where package.json and its lock file are.</param>
    /// <param name="folder">Where node_modules is to be.</param>
    /// <exception cref="StartException">Node.js is missing, or npm fails.</exception>
    public static async Task EnsureAsync(string source, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);

        // The app and the tests may both be the first.
        await using var turn = await TakeTurnAsync(Path.Combine(folder, "install.lock"), cancellationToken);
        var installed = Path.Combine(folder, "node_modules", LockFile);
        var wanted = await File.ReadAllTextAsync(Path.Combine(source, LockFile), cancellationToken);
        if (File.Exists(installed) && await File.ReadAllTextAsync(installed, cancellationToken) == wanted)
        {
            return;
        }

        Console.WriteLine($"Installing {Path.GetFileName(source)}, once …");
        foreach (var file in new[] { "package.json", LockFile })
        {
            await File.WriteAllBytesAsync(
                Path.Combine(folder, file), await File.ReadAllBytesAsync(Path.Combine(source, file), cancellationToken), cancellationToken);
        }

        using var npm = Run(new ProcessStartInfo(
            OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"])
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
            throw new StartException($"npm cannot install {Path.GetFileName(source)}: {errors}");
        }

        // Last, so that an install that was cut off is done again.
        File.Copy(Path.Combine(source, LockFile), installed);
    }

    /// <exception cref="StartException">The program is not there.</exception>
    public static Process Run(ProcessStartInfo start)
    {
        try
        {
            return Process.Start(start) ?? throw new StartException($"{start.FileName} cannot be started.");
        }
        catch (Win32Exception e)
        {
            throw new StartException($"{start.FileName} is not on the PATH: install Node.js 20 or later.", e);
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
