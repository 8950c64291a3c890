using System.ComponentModel;
using System.Diagnostics;

namespace LocalHost.Storage;

/// <summary>Installs the packages of a package-lock.json with npm, on first use and whenever the lock file changes.</summary>
public static class NpmInstall
{
    private const string LockFile = "package-lock.json";
    private static readonly TimeSpan Progress = TimeSpan.FromSeconds(10);

    /// <param name="source">The folder with package.json and its lock file.</param>
    /// <param name="folder">The folder for node_modules.</param>
    /// <exception cref="StartException">Node.js is missing, or npm fails.</exception>
    public static async Task EnsureAsync(string source, string folder, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);

        // The app and the tests may start at the same time.
        await using var turn = await TakeTurnAsync(Path.Combine(folder, "install.lock"), cancellationToken);
        var installed = Path.Combine(folder, "node_modules", LockFile);
        var wanted = await File.ReadAllTextAsync(Path.Combine(source, LockFile), cancellationToken);
        if (File.Exists(installed) && await File.ReadAllTextAsync(installed, cancellationToken) == wanted)
        {
            return;
        }

        await InstallAsync(source, folder, cancellationToken);

        // Write it last, so that an interrupted install is repeated.
        File.Copy(Path.Combine(source, LockFile), installed);
    }

    // Use a separate folder, because npm does not recover from a half-written one.
    private static async Task InstallAsync(string source, string folder, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(source);
        var work = Path.Combine(folder, $"installing-{Environment.ProcessId}");
        Directory.CreateDirectory(work);
        try
        {
            foreach (var file in new[] { "package.json", LockFile })
            {
                var content = await File.ReadAllBytesAsync(Path.Combine(source, file), cancellationToken);
                await File.WriteAllBytesAsync(Path.Combine(work, file), content, cancellationToken);
                await File.WriteAllBytesAsync(Path.Combine(folder, file), content, cancellationToken);
            }

            Console.WriteLine($"Installing {name} with npm, once …");
            await RunNpmAsync(name, work, cancellationToken);
            var modules = Path.Combine(folder, "node_modules");
            if (Directory.Exists(modules))
            {
                Directory.Delete(modules, recursive: true);
            }

            Directory.Move(Path.Combine(work, "node_modules"), modules);
        }
        finally
        {
            Directory.Delete(work, recursive: true);
        }
    }

    private static async Task RunNpmAsync(string name, string folder, CancellationToken cancellationToken)
    {
        using var npm = Run(new ProcessStartInfo(
            OperatingSystem.IsWindows() ? "npm.cmd" : "npm", ["ci", "--no-audit", "--no-fund", "--loglevel=error"])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        });
        try
        {
            var output = npm.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = npm.StandardError.ReadToEndAsync(cancellationToken);
            var exit = npm.WaitForExitAsync(cancellationToken);
            for (var seconds = 10; await Task.WhenAny(exit, Task.Delay(Progress, cancellationToken)) != exit; seconds += 10)
            {
                cancellationToken.ThrowIfCancellationRequested();
                Console.WriteLine($"  {seconds} s …");
            }

            await exit;
            await output;
            if (npm.ExitCode != 0)
            {
                throw new StartException($"npm cannot install {name}: {FirstLine(await errors)} "
                    + "Check the registry and the proxy that npm uses (npm config list), then start again.");
            }
        }
        catch (OperationCanceledException)
        {
            npm.Kill(entireProcessTree: true);
            await npm.WaitForExitAsync(CancellationToken.None);
            throw;
        }
    }

    private static string FirstLine(string text) => text.Trim().Split('\n')[0].TrimEnd();

    /// <exception cref="StartException">The program does not exist.</exception>
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
