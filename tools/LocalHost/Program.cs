using System.CommandLine;
using LocalHost;
using LocalHost.Commands;

Loopback.BypassProxies();
return await RunCommand.Create().Parse(args).InvokeAsync(new InvocationConfiguration
{
    // Longer than requests and functions may take to finish.
    ProcessTerminationTimeout = TimeSpan.FromMinutes(1),
});
