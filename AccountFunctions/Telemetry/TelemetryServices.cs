using System.Diagnostics.Metrics;
using System.Reflection;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Azure.Functions.Worker.OpenTelemetry;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Logs;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace AccountFunctions.Telemetry;

public static class TelemetryServices
{
    /// <summary>Registers the instruments.</summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services) => services.AddMetrics()
        .AddSingleton(provider => new AccountMetrics(provider.GetRequiredService<IMeterFactory>().Create(AccountMetrics.MeterName)));

    /// <summary>
    /// Sends logs, spans and measurements to Application Insights if <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c> is set, as the identity
    /// <c>AZURE_CLIENT_ID</c> if that is also set. Otherwise loads and records nothing, and the host alone gets the logs.
    /// <c>OTEL_TRACES_SAMPLER</c> says how many traces to keep. Logs are kept, whatever becomes of their trace.
    /// </summary>
    public static IServiceCollection AddTelemetryExport(this IServiceCollection services, IConfiguration configuration)
    {
        if (configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"] is { Length: > 0 } connectionString)
        {
            Export(services, connectionString, configuration["AZURE_CLIENT_ID"]);
        }

        return services;
    }

    // Kept separate so the exporter's assemblies load only when export is enabled.
    private static void Export(IServiceCollection services, string connectionString, string? clientId)
    {
        // One exporter for each signal: the one for all of them begins after the app has started, and loses what the app logs until then.
        services.AddOpenTelemetry()
            .UseFunctionsWorkerDefaults()
            .ConfigureResource(resource => resource.AddAttributes([new("service.version", Version)]))
            .WithTracing(traces => traces.AddSource(Tracing.Source.Name).AddAzureMonitorTraceExporter(Configure))
            .WithMetrics(metrics => metrics.AddMeter(AccountMetrics.MeterName).AddAzureMonitorMetricExporter(Configure))
            .WithLogging(logs => logs.AddAzureMonitorLogExporter(Configure), log => log.IncludeFormattedMessage = true);

        void Configure(AzureMonitorExporterOptions options)
        {
            options.ConnectionString = connectionString;
            options.DisableOfflineStorage = true;
            options.Credential = clientId is { Length: > 0 } id
                ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(id))
                : null;

            // The log is the audit trail.
            options.EnableTraceBasedLogsSampler = false;

            // The app's own measurements say the same.
            (options.EnableLiveMetrics, options.EnableStandardMetrics, options.EnablePerformanceCounters) = (false, false, false);
        }
    }

    // With the commit, which the SDK appends.
    private static string Version =>
        typeof(TelemetryServices).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "";
}
