using AccountFunctions;
using AccountFunctions.Email;
using AccountFunctions.Telemetry;
using Azure.Storage.Queues;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

if (args is ["smoke", .. var options])
{
    using var client = new HttpClient { Timeout = TimeSpan.FromSeconds(15) };
    return await new SmokeCommand(client, Console.Out, TimeSpan.FromMinutes(3)).RunAsync(options, CancellationToken.None);
}

var builder = FunctionsApplication.CreateBuilder(args is ["poison", ..] ? [] : args);
builder.Logging.AddFilter("Azure", LogLevel.Warning).AddFilter("Microsoft", LogLevel.Warning);
builder.Services.AddAzureClients().AddAccounts().AddTelemetryExport(builder.Configuration);
var app = builder.Build();
if (args is ["poison", .. var command])
{
    return await new PoisonCommand(app.Services.GetRequiredService<QueueServiceClient>(), Console.Out).RunAsync(command, CancellationToken.None);
}

await app.RunAsync();
return 0;
