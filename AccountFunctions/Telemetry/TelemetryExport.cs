using Azure.Identity;
using Azure.Monitor.OpenTelemetry.Exporter;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions.Telemetry;

/// <summary>
/// Sends what the app measures to Application Insights once <c>APPLICATIONINSIGHTS_CONNECTION_STRING</c> is set, as the identity <c>AZURE_CLIENT_ID</c> if that is set.
/// Without the former nothing is loaded and nothing is recorded. Logs and requests are the host's to send.
/// </summary>
public static class TelemetryExport
{
    public static IServiceCollection AddTelemetryExport(this IServiceCollection services, IConfiguration configuration)
    {
        if (configuration["APPLICATIONINSIGHTS_CONNECTION_STRING"] is { Length: > 0 } connectionString)
        {
            Export(services, connectionString, configuration["AZURE_CLIENT_ID"]);
        }

        return services;
    }

    // A method of its own: its assemblies are loaded when it is called, which costs a start that exports nothing nothing.
    private static void Export(IServiceCollection services, string connectionString, string? clientId) =>
        services.AddOpenTelemetry().WithMetrics(metrics => metrics.AddMeter(AccountMetrics.MeterName).AddAzureMonitorMetricExporter(options =>
        {
            options.ConnectionString = connectionString;
            options.DisableOfflineStorage = true;
            options.Credential = clientId is { Length: > 0 } ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId)) : null;
        }));
}
