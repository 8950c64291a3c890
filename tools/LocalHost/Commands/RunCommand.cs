using System.Collections;
using System.CommandLine;
using System.Net;
using System.Runtime.InteropServices;
using LocalHost.Hosting;
using LocalHost.Storage;
using LocalHost.Worker;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;

namespace LocalHost.Commands;

/// <summary>Runs the app with everything that it needs: storage, the Functions host, the mail emulator. Ctrl-C stops everything.</summary>
internal sealed class RunCommand
{
    // 128 + SIGINT, as a shell reports it.
    private const int Interrupted = 130;
    private static readonly string DataFolder = Path.Combine(ProjectFolder.Root, ".azurite", "data");
    private readonly Option<int> port = Options.Port(HostSettings.DefaultPort);
    private readonly Option<IPAddress?> address = new("--host")
    {
        Description = "Address of this machine to listen on, for example 0.0.0.0 to try from a phone. Others on the network can then read "
            + "the outbox.",
        HelpName = "ADDRESS",
        CustomParser = result =>
        {
            if (IPAddress.TryParse(result.Tokens.Single().Value, out var parsed))
            {
                return parsed;
            }

            result.AddError("--host must be an IP address.");
            return null;
        },
    };
    private readonly Option<DirectoryInfo?> app = new("--app") { Description = "Folder of another build of the app.", HelpName = "DIR" };
    private readonly Option<bool> watch = new("--watch")
    {
        Description = "Rebuilds and restarts the app whenever one of its sources changes.",
    };
    private readonly Option<bool> wait = new("--wait") { Description = "Waits for an app that a debugger starts." };

    public static RootCommand Create()
    {
        var run = new RunCommand();
        var command = new RootCommand("Runs the function app on this machine, with a storage emulator and a mail emulator under it.")
        {
            run.port, run.address, run.app, run.watch, run.wait, EmulatorCommand.Create(), SeedCommand.Create(),
        };
        command.SetAction((arguments, cancellationToken) => ConsoleError.GuardAsync(() => run.RunAsync(arguments, cancellationToken)));
        return command;
    }

    private async Task<int> RunAsync(ParseResult arguments, CancellationToken cancellationToken)
    {
        Console.WriteLine("Starting storage, host and app …");
        OrphanFile.EndOrphans();
        var appDirectory = arguments.GetValue(app)?.FullName ?? ProjectFolder.AppOutput;
        var settings = ReadSettings(arguments.GetValue(port));
        var owner = $"process {Environment.ProcessId}, http://localhost:{arguments.GetValue(port)}";
        await using var azurite = HostSettings.NeedsStorage(settings) ? await StartStorageAsync(owner, cancellationToken) : null;
        if (arguments.GetValue(wait) && azurite is { IsWhereToolsLook: false })
        {
            throw new StartException("A debugged app looks for its storage on ports 10000 to 10002, and something else listens there: "
                + "stop it, then start again.");
        }

        HostSettings.UseStorage(settings, azurite?.ConnectionString() ?? settings["AzureWebJobsStorage"] ?? "");
        var storage = azurite is null ? "as configured" : $"tables {azurite.TableEndpoint()}  queues {azurite.QueueEndpoint()}";
        var options = new FunctionsHostOptions
        {
            Port = arguments.GetValue(port),
            Address = arguments.GetValue(address),
            OutboxFile = azurite is null ? null : Path.Combine(DataFolder, "outbox.jsonl"),
            AppDirectory = appDirectory,
            Configuration = HostSettings.ForHost(appDirectory, settings),
            WorkerPort = arguments.GetValue(wait) ? WaitingWorker.Port : 0,
            WorkerId = arguments.GetValue(wait) ? WaitingWorker.WorkerId : null,
            Storage = storage,
            Logging = logging => logging.AddFilter("Microsoft", LogLevel.Warning).AddFilter("Grpc", LogLevel.Warning)

                // Report in one line what keeps the host from starting.
                .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)
                .AddConsoleFormatter<ShortFormatter, ConsoleFormatterOptions>()
                .AddConsole(console => console.FormatterName = ShortFormatter.FormatterName)
                .Services.AddSingleton(TimeProvider.System),
        };
        ChildWorker? worker = null;
        var ready = false;

        // If the app ends before it is ready, report its last words in one line instead.
        void Print(string line)
        {
            if (ready)
            {
                Console.Error.WriteLine(line);
            }
        }

        using var again = PosixSignalRegistration.Create(PosixSignal.SIGINT, _ =>
        {
            if (cancellationToken.IsCancellationRequested)
            {
                worker?.Kill();
                Environment.Exit(Interrupted);
            }
        });
        await using var host = await FunctionsHost.StartAsync(
            options,
            (start, _) => Task.FromResult<IWorker>(arguments.GetValue(wait)
                ? WaitingWorker.Announce()
                : worker = ChildWorker.Start(start, appDirectory, settings, Print)),
            cancellationToken);
        ready = true;
        Welcome(options.Port, storage, worker);
        using var sources = arguments.GetValue(watch) ? SourceWatcher.Start(host) : null;
        var lost = await Task.WhenAny(host.Lost, Task.Delay(Timeout.Infinite, cancellationToken)) == host.Lost;
        if (lost)
        {
            throw new StartException(await host.Lost);
        }

        Console.WriteLine("Stopping as soon as the work in progress is done. Ctrl-C again stops at once.");
        return 0;
    }

    // The environment takes precedence over the files, as with Core Tools.
    private static Dictionary<string, string?> ReadSettings(int port)
    {
        var settings = HostSettings.ReadFiles(port);
        settings.TryAdd("AZURE_FUNCTIONS_ENVIRONMENT", "Development");
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
        {
            settings[(string)variable.Key] = (string?)variable.Value;
        }

        return settings;
    }

    private static Task<Azurite> StartStorageAsync(string owner, CancellationToken cancellationToken) =>
        Azurite.StartAsync(new AzuriteOptions { DataFolder = DataFolder, Owner = owner }, cancellationToken);

    private static void Welcome(int port, string storage, ChildWorker? worker)
    {
        var url = $"http://localhost:{port}";
        var body = """{"username":"ada@example.com","password1":"blue tractor 77","password2":"blue tractor 77"}""";
        Console.WriteLine($"""

              Start    {url}
              API      {url}/api/account/
              Docs     {url}/api/docs   (every operation, to try out)
              Outbox   {url}/outbox   (every mail the app sends)
              Storage  {storage}
              Process  {worker?.ProcessId}   (the app: attach a debugger to it)

              Try first:
              curl {url}/api/account/register -H 'Content-Type: application/json' -d '{body}'

              Ctrl-C stops everything.

            """);
    }
}
