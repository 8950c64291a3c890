using Azure.Core;
using Azure.Identity;
using Microsoft.Extensions.Configuration;

namespace AccountFunctions.Storage;

/// <summary>
/// Connections in the format of the Functions host: a setting is a connection string, or a section with an address and an identity
/// (<c>NAME__tableServiceUri</c> or another address, <c>NAME__credential</c>, <c>NAME__clientId</c>). The section takes precedence.
/// </summary>
public static class AzureConnection
{
    /// <exception cref="InvalidOperationException">The setting is missing or malformed.</exception>
    public static TClient Connect<TClient>(
        IConfiguration configuration,
        string name,
        string uriSetting,
        Func<string, TClient> withConnectionString,
        Func<Uri, TokenCredential, TClient> withIdentity)
    {
        var section = configuration.GetSection(name);
        try
        {
            return section[uriSetting] is { Length: > 0 } uri
                ? withIdentity(new Uri(uri), CredentialOf(section))
                : withConnectionString(section.Value ?? "");
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidOperationException)
        {
            throw new InvalidOperationException($"{name}: must be a connection string, or {name}__{uriSetting} an address", e);
        }
    }

    private static TokenCredential CredentialOf(IConfiguration section) =>
        section["clientId"] is { Length: > 0 } clientId
            ? new ManagedIdentityCredential(ManagedIdentityId.FromUserAssignedClientId(clientId))
        : section["credential"] is "managedidentity" ? new ManagedIdentityCredential(ManagedIdentityId.SystemAssigned)
        : new DefaultAzureCredential();
}
