using System.Diagnostics.Metrics;
using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Telemetry;

public static class TelemetryServices
{
    /// <summary>Registers the instruments.</summary>
    public static IServiceCollection AddTelemetry(this IServiceCollection services) => services.AddMetrics()
        .AddSingleton(provider => new AccountMetrics(provider.GetRequiredService<IMeterFactory>().Create(AccountMetrics.MeterName)));

    /// <summary>
    /// Sends the measurements to Application Insights if <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c> is set, as the identity
    /// <c>AZURE_CLIENT_ID</c> if that is also set. Otherwise loads and records nothing. The host sends logs and requests.
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
    private static void Export(IServiceCollection services, string connectionString, string? clientId) => services.AddOpenTelemetry()
        .WithMetrics(metrics => metrics.AddMeter(AccountMetrics.MeterName).AddAzureMonitorMetricExporter(options =>
        {
            options.ConnectionString = connectionString;
            options.DisableOfflineStorage = true;
            options.Credential = clientId is { Length: > 0 } id
                ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(id))
                : null;
        }));
}
