using LocalHost;
using LocalHost.Commands;

Loopback.BypassProxies();
return await RunCommand.Create().Parse(args).InvokeAsync();
