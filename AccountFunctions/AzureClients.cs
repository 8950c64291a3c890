using System.Diagnostics.Metrics;
using AccountFunctions.Telemetry;
using Azure.Communication.Email;
using Azure.Core;
using Azure.Data.Tables;
using Azure.Identity;
using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace AccountFunctions;

/// <summary>
/// The Azure clients, from settings in the form of the host's own connections: <c>AccountsStorage</c> and <c>CommunicationServices</c> are connection
/// strings, or sections with an address and an identity, which go first (<c>__tableServiceUri</c>, <c>__queueServiceUri</c>, <c>__endpoint</c>; <c>__credential</c>, <c>__clientId</c>).
/// </summary>
public static class AzureClients
{
    public static IServiceCollection AddAzureClients(this IServiceCollection services)
    {
        services.AddMetrics().AddSingleton(provider => new AccountMetrics(provider.GetRequiredService<IMeterFactory>().Create(AccountMetrics.MeterName)));
        services.AddSingleton<StorageMetricsPolicy>();
        services.AddSingleton(provider =>
        {
            var options = new TableClientOptions();
            Configure(options, provider);
            return Connect(provider, "AccountsStorage", "tableServiceUri", text => new TableServiceClient(text, options), (uri, credential) => new TableServiceClient(uri, credential, options));
        });
        services.AddSingleton(provider =>
        {
            // Base64 is what the queue trigger expects.
            var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 };
            Configure(options, provider);
            return Connect(provider, "AccountsStorage", "queueServiceUri", text => new QueueServiceClient(text, options), (uri, credential) => new QueueServiceClient(uri, credential, options));
        });

        // The queue tries again; tries of the client's own would only use up the service's quota.
        var email = new EmailClientOptions { Retry = { MaxRetries = 0 } };
        services.AddSingleton(provider => Connect(
            provider, "CommunicationServices", "endpoint", text => new EmailClient(text, email), (uri, credential) => new EmailClient(uri, credential, email)));
        return services;
    }

    // Somebody is waiting for the answer: two tries of a few seconds, then it is an outage.
    private static void Configure(ClientOptions options, IServiceProvider provider)
    {
        options.Retry.MaxRetries = 1;
        options.Retry.Delay = TimeSpan.FromMilliseconds(100);
        options.Retry.NetworkTimeout = TimeSpan.FromSeconds(3);
        options.AddPolicy(provider.GetRequiredService<StorageMetricsPolicy>(), HttpPipelinePosition.PerRetry);
    }

    private static TClient Connect<TClient>(
        IServiceProvider provider, string name, string uriSetting, Func<string, TClient> withSecret, Func<Uri, TokenCredential, TClient> withIdentity)
    {
        var section = provider.GetRequiredService<IConfiguration>().GetSection(name);
        try
        {
            return section[uriSetting] is { Length: > 0 } uri
                ? withIdentity(new Uri(uri), CredentialOf(section))
                : withSecret(section.Value ?? "");
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            throw new InvalidOperationException($"{name}: must be a connection string, or {name}__{uriSetting} an address", e);
        }
    }

    private static TokenCredential CredentialOf(IConfiguration section) =>
        section["clientId"] is { Length: > 0 } clientId ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId))
        : section["credential"] is "managedidentity" ? new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned)
        : new DefaultAzureCredential();
}
