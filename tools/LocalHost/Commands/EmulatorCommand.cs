using System.CommandLine;
using LocalHost.Hosting;
using LocalHost.Mail;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalHost.Commands;

/// <summary>The mail emulator alone, for an app that runs elsewhere: under Core Tools, or in a container.</summary>
internal static class EmulatorCommand
{
    private const int DefaultPort = 7072;

    public static Command Create()
    {
        var port = Options.Port(DefaultPort);
        var command = new Command("emulator", "Serves the mail emulator and its outbox alone, for an app that runs elsewhere.") { port };
        command.SetAction(
            (arguments, cancellationToken) => ConsoleError.GuardAsync(() => RunAsync(arguments.GetValue(port), cancellationToken)));
        return command;
    }

    private static async Task<int> RunAsync(int port, CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
        await using var app = builder.Build();
        app.MapEmailEmulator(HostSettings.EmulatorKey);
        await app.StartAsync(cancellationToken);
        Console.WriteLine($"""

              Outbox                 http://localhost:{port}/outbox
              CommunicationServices  endpoint=http://localhost:{port}/;accesskey={HostSettings.EmulatorKey}

              Ctrl-C stops it.

            """);
        await app.WaitForShutdownAsync(cancellationToken);
        return 0;
    }
}
