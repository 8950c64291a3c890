using Microsoft.Extensions.Options;

namespace AccountFunctions.Security.Identities;

/// <summary>The configured providers. Where there is none, nothing is made and nothing is fetched.</summary>
public sealed class IdentityProviders : IDisposable
{
    private const int MostBytes = 512 * 1024;
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);
    private readonly Lazy<HttpClient> http = new(NewClient);
    private readonly Dictionary<string, Lazy<IdentityProvider>> providers;

    public IdentityProviders(IOptions<ProvidersOptions> options, TimeProvider time)
    {
        providers = options.Value.Named.Where(named => named.Value.IsSet).ToDictionary(
            named => named.Key, named => new Lazy<IdentityProvider>(() => new(named.Key, named.Value, http.Value, time)));
    }

    internal HttpClient Http => http.Value;

    public bool Has(string name) => providers.ContainsKey(name);

    /// <summary>The issuer of a provider, as the settings or the presets name it; null: they do not, or it has tenants.</summary>
    public string? IssuerOf(string name) => (Find(name)?.Issuer ?? ProviderRules.Of(name).Issuer) is { } issuer
        && !issuer.Contains(ProviderRules.Tenant, StringComparison.Ordinal) ? issuer : null;

    internal IdentityProvider? Find(string name) => providers.GetValueOrDefault(name)?.Value;

    public void Dispose()
    {
        if (http.IsValueCreated)
        {
            http.Value.Dispose();
        }
    }

    // A provider that redirects could send the app's secrets anywhere.
    private static HttpClient NewClient() => new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseCookies = false,
        ConnectTimeout = Timeout,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
    })
    {
        Timeout = Timeout,
        MaxResponseContentBufferSize = MostBytes,
    };
}
