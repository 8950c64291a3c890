using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace LocalHost.Worker;

/// <summary>A worker as a child process, started as its worker.config.json specifies: <c>dotnet AccountFunctions.dll</c>.</summary>
public sealed partial class ChildWorker : IWorker
{
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);
    private readonly Process process;
    private readonly OrphanFile orphan;
    private readonly TaskCompletionSource<string> ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly ConcurrentQueue<string> errors = [];

    private ChildWorker(Process process, OrphanFile orphan) => (this.process, this.orphan) = (process, orphan);

    public Task<string> Ended => ended.Task;

    public int ProcessId => process.Id;

    /// <param name="appDirectory">A build or a publication of the app.</param>
    /// <param name="settings">Environment variables for the app; they replace those of this process.</param>
    /// <param name="print">Receives every line that the app writes to its console or its error stream.</param>
    /// <exception cref="StartException">There is no function app in the folder.</exception>
    public static ChildWorker Start(
        WorkerStart start, string appDirectory, IEnumerable<KeyValuePair<string, string?>> settings, Action<string> print)
    {
        var info = Deaf("dotnet", [Path.Combine(appDirectory, FindProgram(appDirectory)), .. start.Arguments]);
        info.WorkingDirectory = appDirectory;
        info.RedirectStandardInput = info.RedirectStandardOutput = info.RedirectStandardError = true;
        foreach (var (name, value) in settings)
        {
            // A shell passes on only names that it could set itself.
            info.Environment[name.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        info.Environment["FUNCTIONS_APPLICATION_DIRECTORY"] = info.Environment["FUNCTIONS_WORKER_DIRECTORY"] = appDirectory;
        var process = Process.Start(info) ?? throw new StartException("dotnet cannot be started.");
        var worker = new ChildWorker(process, OrphanFile.Write(process));
        _ = ReadAsync(process.StandardOutput, print);
        _ = worker.WaitAsync(ReadAsync(process.StandardError, line =>
        {
            print(line);
            worker.errors.Enqueue(line);
        }));
        return worker;
    }

    /// <summary>Ends the process at once, as a crash would.</summary>
    public void Kill() => process.Kill(entireProcessTree: true);

    /// <summary>Waits for the worker to end, as the host asked it to, and kills a process that does not.</summary>
    public async ValueTask DisposeAsync()
    {
        try
        {
            using var timeout = new CancellationTokenSource(StopTimeout);
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            Kill();
            await process.WaitForExitAsync();
        }

        orphan.Delete();
        process.Dispose();
    }

    // A terminal sends Ctrl-C to every process in it, but the app must go on until the requests in progress are done.
    private static ProcessStartInfo Deaf(string program, IEnumerable<string> arguments) => OperatingSystem.IsWindows()
        ? new ProcessStartInfo(program, arguments) { CreateNewProcessGroup = true }
        : new ProcessStartInfo("sh", ["-c", "trap '' INT; exec \"$@\"", "sh", program, .. arguments]);

    private static string FindProgram(string appDirectory)
    {
        try
        {
            using var config = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(appDirectory, "worker.config.json")));
            return config.RootElement.GetProperty("description").GetProperty("defaultWorkerPath").GetString() ?? "";
        }
        catch (Exception e) when (e is IOException or JsonException or KeyNotFoundException)
        {
            throw new StartException($"{appDirectory} holds no function app: build it first, or name another folder with --app.", e);
        }
    }

    private async Task WaitAsync(Task errorsRead)
    {
        await process.WaitForExitAsync();
        var code = process.ExitCode;
        await errorsRead;
        ended.TrySetResult(Explain(code));
    }

    // The first line of .NET's report of an unhandled exception: its type, then its message.
    private string Explain(int exitCode) =>
        errors.Select(line => UnhandledException().Match(line)).FirstOrDefault(match => match.Success) is { } match
            ? match.Groups["message"].Value
            : $"The app ended with exit code {exitCode}. {string.Join(' ', errors.Take(3))}".TrimEnd();

    private static async Task ReadAsync(StreamReader reader, Action<string> print)
    {
        while (await reader.ReadLineAsync() is { } line)
        {
            print(line);
        }
    }

    [GeneratedRegex(@"^Unhandled exception\. [\w.+`]+: (?<message>.+)$")]
    private static partial Regex UnhandledException();
}
