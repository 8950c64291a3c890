using Azure.Data.Tables;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using MinimalWorker;

var builder = FunctionsApplication.CreateBuilder(args);
builder.Services.AddSingleton<FunctionCalls>();
builder.Services.AddSingleton(_ => new TableServiceClient(builder.Configuration["AccountsStorage"]));
await builder.Build().RunAsync();
