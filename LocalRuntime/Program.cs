using System.Reflection;
using LocalRuntime.Communication;
using LocalRuntime.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

// The mail emulator alone, for an app that runs elsewhere: under Core Tools, or in a container.
const int DefaultPort = 7072;
if (args is not ["emulator", .. var options])
{
    Console.Error.WriteLine($"emulator [--port N]   serves the mail emulator and its outbox, on port {DefaultPort} if no other is named");
    return 2;
}

try
{
    var port = CommandLine.Parse(options, Assembly.GetExecutingAssembly(), DefaultPort).Port;
    var builder = WebApplication.CreateSlimBuilder();
    builder.Logging.ClearProviders();
    builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenLocalhost(port));
    await using var app = builder.Build();
    app.MapEmailEmulator(LocalSettings.EmulatorKey);
    await app.StartAsync();
    Console.WriteLine($"""

          Outbox                 http://localhost:{port}/outbox
          CommunicationServices  endpoint=http://localhost:{port}/;accesskey={LocalSettings.EmulatorKey}

          Ctrl-C stops it.

        """);
    await app.WaitForShutdownAsync();
    return 0;
}
catch (Exception e) when (e is StartException or IOException)
{
    throw CommandLine.Fail(e);
}
