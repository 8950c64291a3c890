using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalRuntime.Hosting;

/// <summary>Runs a function app in this process: Kestrel and a queue listener in place of the Functions host.</summary>
public static class LocalApplication
{
    private const long MaxRequestBytes = 104_857_600;

    public static FunctionsApplicationBuilder CreateBuilder(LocalApplicationOptions options)
    {
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            EnvironmentName = Environment.GetEnvironmentVariable("AZURE_FUNCTIONS_ENVIRONMENT") ?? Environments.Development,
            ContentRootPath = AppContext.BaseDirectory,
        });
        LocalSettings.Load(builder.Configuration, options);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBytes;
            kestrel.ListenLocalhost(options.Port);
        });
        builder.Logging.ClearProviders().AddFilter("Microsoft", LogLevel.Warning).AddFilter("Azure", LogLevel.Warning);
        if (options.Interactive)
        {
            builder.Logging.Configure(logging => logging.ActivityTrackingOptions = ActivityTrackingOptions.None);
            builder.Logging.AddSimpleConsole(console => (console.SingleLine, console.IncludeScopes) = (true, true));
        }

        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(_ => new FunctionTable(options.Functions));
        builder.Services.AddHostedService<QueueListeners>();
        return new FunctionsApplicationBuilder(builder, options);
    }
}
