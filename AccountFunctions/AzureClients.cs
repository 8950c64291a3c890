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
/// strings, or sections with an address and an identity (<c>__tableServiceUri</c>, <c>__queueServiceUri</c>, <c>__endpoint</c>; <c>__credential</c>, <c>__clientId</c>).
/// </summary>
public static class AzureClients
{
    public static IServiceCollection AddAzureClients(this IServiceCollection services)
    {
        services.AddSingleton(provider =>
        {
            var options = new TableClientOptions();
            BoundStorageCalls(options.Retry);
            var (connectionString, uri, credential) = Connection(provider, "AccountsStorage", "tableServiceUri");
            return uri is null ? new TableServiceClient(connectionString, options) : new TableServiceClient(uri, credential, options);
        });
        services.AddSingleton(provider =>
        {
            // Base64 is what the queue trigger expects.
            var options = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 };
            BoundStorageCalls(options.Retry);
            var (connectionString, uri, credential) = Connection(provider, "AccountsStorage", "queueServiceUri");
            return uri is null ? new QueueServiceClient(connectionString, options) : new QueueServiceClient(uri, credential, options);
        });
        services.AddSingleton(provider =>
        {
            // The queue tries again; tries of the client's own would only use up the service's quota.
            var options = new EmailClientOptions { Retry = { MaxRetries = 0 } };
            var (connectionString, uri, credential) = Connection(provider, "CommunicationServices", "endpoint");
            return uri is null ? new EmailClient(connectionString, options) : new EmailClient(uri, credential, options);
        });
        return services;
    }

    // Somebody is waiting for the answer: two tries of a few seconds, then it is an outage.
    private static void BoundStorageCalls(RetryOptions retry)
    {
        retry.MaxRetries = 1;
        retry.Delay = TimeSpan.FromMilliseconds(100);
        retry.NetworkTimeout = TimeSpan.FromSeconds(3);
    }

    private static (string ConnectionString, Uri? Uri, TokenCredential Credential) Connection(IServiceProvider provider, string name, string uriSetting)
    {
        var section = provider.GetRequiredService<IConfiguration>().GetSection(name);
        TokenCredential credential = section["clientId"] is { } clientId
            ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId))
            : section["credential"] is "managedidentity" ? new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned) : new DefaultAzureCredential();
        return (section.Value, section[uriSetting]) switch
        {
            (null or "", { } uri) => ("", new Uri(uri), credential),
            ({ Length: > 0 } connectionString, null) => (connectionString, null, credential),
            _ => throw new InvalidOperationException($"{name}: must be a connection string, or {name}__{uriSetting} must be set"),
        };
    }
}
