using AccountFunctions.Functions;
using AccountFunctions.Telemetry;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

var builder = FunctionsApplication.CreateBuilder(args);
builder.Logging.AddFilter("Azure", LogLevel.Warning).AddFilter("Microsoft", LogLevel.Warning);
builder.Services.AddAccountFunctions().AddTelemetryExport(builder.Configuration);
await builder.Build().RunAsync();
