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
        var tables = new TableClientOptions();
        BoundStorageCalls(tables.Retry);
        services.AddSingleton(provider => Connect(
            provider, "AccountsStorage", "tableServiceUri", text => new TableServiceClient(text, tables), (uri, credential) => new TableServiceClient(uri, credential, tables)));

        // Base64 is what the queue trigger expects.
        var queues = new QueueClientOptions { MessageEncoding = QueueMessageEncoding.Base64 };
        BoundStorageCalls(queues.Retry);
        services.AddSingleton(provider => Connect(
            provider, "AccountsStorage", "queueServiceUri", text => new QueueServiceClient(text, queues), (uri, credential) => new QueueServiceClient(uri, credential, queues)));

        // The queue tries again; tries of the client's own would only use up the service's quota.
        var email = new EmailClientOptions { Retry = { MaxRetries = 0 } };
        services.AddSingleton(provider => Connect(
            provider, "CommunicationServices", "endpoint", text => new EmailClient(text, email), (uri, credential) => new EmailClient(uri, credential, email)));
        return services;
    }

    // Somebody is waiting for the answer: two tries of a few seconds, then it is an outage.
    private static void BoundStorageCalls(RetryOptions retry)
    {
        retry.MaxRetries = 1;
        retry.Delay = TimeSpan.FromMilliseconds(100);
        retry.NetworkTimeout = TimeSpan.FromSeconds(3);
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
