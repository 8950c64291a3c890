using System.Diagnostics;
using LocalHost.Hosting;

namespace LocalHost.Commands;

/// <summary>Rebuilds the app and replaces the worker when a source of the app changes. Storage, mails and the port stay.</summary>
internal sealed class SourceWatcher : IDisposable
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(300);
    private static readonly string[] Sources = [".cs", ".resx", ".csproj", ".css", ".js", ".txt"];
    private readonly FunctionsHost host;
    private readonly FileSystemWatcher watcher = new(ProjectFolder.App) { IncludeSubdirectories = true };
    private readonly SemaphoreSlim changed = new(0);
    private readonly CancellationTokenSource stopped = new();

    private SourceWatcher(FunctionsHost host) => this.host = host;

    public static SourceWatcher Start(FunctionsHost host)
    {
        var sources = new SourceWatcher(host);
        sources.watcher.Changed += sources.OnChange;
        sources.watcher.Created += sources.OnChange;
        sources.watcher.Deleted += sources.OnChange;
        sources.watcher.Renamed += sources.OnChange;
        sources.watcher.EnableRaisingEvents = true;
        _ = sources.RunAsync();
        return sources;
    }

    public void Dispose()
    {
        stopped.Cancel();
        watcher.Dispose();
    }

    private static bool IsSource(string path)
    {
        var parts = Path.GetRelativePath(ProjectFolder.App, path).Split(Path.DirectorySeparatorChar);
        return Sources.Contains(Path.GetExtension(path)) && parts[0] is not ("bin" or "obj");
    }

    private void OnChange(object sender, FileSystemEventArgs change)
    {
        if (IsSource(change.FullPath))
        {
            changed.Release();
        }
    }

    private async Task RunAsync()
    {
        while (!stopped.IsCancellationRequested)
        {
            try
            {
                await changed.WaitAsync(stopped.Token);

                // An editor may write several files, and some of them twice.
                while (await changed.WaitAsync(Quiet, stopped.Token))
                {
                }

                Console.WriteLine("A source changed: building …");
                await host.ReplaceWorkerAsync(BuildAsync, stopped.Token);
                Console.WriteLine("The new build runs.");
            }
            catch (Exception e) when (e is StartException or IOException)
            {
                Console.WriteLine($"{e.Message}\nWaiting for the next change …");
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task BuildAsync()
    {
        var configuration = new DirectoryInfo(ProjectFolder.AppOutput).Parent?.Name ?? "Debug";
        var start = new ProcessStartInfo(
            "dotnet", ["build", ProjectFolder.App, "--configuration", configuration, "--verbosity", "quiet", "--nologo"])
        {
            RedirectStandardOutput = true,
        };
        using var build = Process.Start(start) ?? throw new StartException("dotnet cannot be started.");
        var output = await build.StandardOutput.ReadToEndAsync(stopped.Token);
        await build.WaitForExitAsync(stopped.Token);
        if (build.ExitCode != 0)
        {
            throw new StartException($"{output}The build failed, so the app is down.");
        }
    }
}
