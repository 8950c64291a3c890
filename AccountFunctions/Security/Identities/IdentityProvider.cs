using AccountFunctions.Contract.Answers;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace AccountFunctions.Security.Identities;

/// <summary>
/// A configured provider and its metadata, which is fetched when it is first needed. The library's own cache reads the machine's clock, and
/// refuses the first token of a new key while it fetches in the background, so the app keeps one of its own.
/// </summary>
internal sealed class IdentityProvider(string name, ProviderOptions options, HttpClient http, TimeProvider time)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromHours(12);

    // An unknown key asks for a refresh, and anyone can make up such a key.
    private static readonly TimeSpan RefreshInterval = TimeSpan.FromMinutes(5);

    // Without any metadata, no one can sign in, so the next try comes sooner.
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);
    private readonly Lock sync = new();
    private ProviderMetadata? known;
    private Task<ProviderMetadata>? loading;
    private DateTimeOffset? tried;
    private Exception? failure;

    public string Name { get; } = name;

    public ProviderOptions Options { get; } = options;

    public ProviderRules Rules { get; } = ProviderRules.Of(name);

    /// <summary>Exactly as the metadata names it; for several tenants, a template.</summary>
    public string Issuer { get; } = options.Issuer.Length > 0 ? options.Issuer : ProviderRules.Of(name).Issuer ?? "";

    public IReadOnlyList<string> Audiences { get; } =
        [.. ProviderOptions.ListOf(options.Audiences).Concat(ProviderOptions.ListOf(options.ClientId)).Distinct()];

    /// <exception cref="UnavailableException">The provider is away, or its metadata is broken, and none is known.</exception>
    public Task<ProviderMetadata> MetadataAsync(CancellationToken cancellationToken) =>
        GetAsync(current => time.GetUtcNow() < current.Fetched + Lifetime, cancellationToken);

    /// <summary>
    /// The key that signed a token. If it is unknown, looks for new keys, for all requests together at most once in five minutes.
    /// </summary>
    /// <exception cref="UnavailableException">The provider is away, so nobody knows whether there is such a key.</exception>
    public async Task<JsonWebKey?> FindKeyAsync(
        string keyId, string algorithm, string issuer, string? tenant, CancellationToken cancellationToken)
    {
        var current = await MetadataAsync(cancellationToken);
        if (current.Find(keyId, algorithm, issuer, tenant) is { } key)
        {
            return key;
        }

        var refreshed = await GetAsync(newest => newest != current, cancellationToken);
        return refreshed.Find(keyId, algorithm, issuer, tenant)
            ?? (LastFailure() is { } away ? throw Unavailable(away) : null);
    }

    private Task<ProviderMetadata> GetAsync(Predicate<ProviderMetadata> isGood, CancellationToken cancellationToken)
    {
        lock (sync)
        {
            var now = time.GetUtcNow();
            if (loading is null)
            {
                if (known is not null && (isGood(known) || now < tried + RefreshInterval))
                {
                    return Task.FromResult(known);
                }

                if (known is null && failure is not null && now < tried + RetryInterval)
                {
                    throw Unavailable(failure);
                }

                // One request fetches for all that come meanwhile, and does not stop if its own client goes away.
                tried = now;
                loading = LoadAsync(now);
            }

            return loading.WaitAsync(cancellationToken);
        }
    }

    private async Task<ProviderMetadata> LoadAsync(DateTimeOffset now)
    {
        // Leave the lock before anything else.
        await Task.Yield();
        ProviderMetadata? loaded = null;
        Exception? fault = null;
        try
        {
            loaded = await FetchAsync(now);
        }
        catch (Exception e)
        {
            // Whatever it is, the provider is at fault, and the next request must be able to try again.
            fault = e;
        }

        lock (sync)
        {
            (known, failure, loading) = (loaded ?? known, fault, null);
            return known ?? throw Unavailable(fault);
        }
    }

    private async Task<ProviderMetadata> FetchAsync(DateTimeOffset now)
    {
        var address = $"{Issuer.Replace(ProviderRules.Tenant, "common", StringComparison.Ordinal).TrimEnd('/')}"
            + "/.well-known/openid-configuration";
        var configuration = OpenIdConnectConfiguration.Create(await http.GetStringAsync(new Uri(address)));
        if (configuration.Issuer != Issuer)
        {
            throw new FormatException($"Providers__{Name}__Issuer is {Issuer}, but its metadata names {configuration.Issuer}.");
        }

        var keys = new JsonWebKeySet(await http.GetStringAsync(UrlOf(configuration.JwksUri)));
        return new ProviderMetadata(configuration, ProviderMetadata.Usable(keys.Keys), now);
    }

    /// <summary>An endpoint in the metadata.</summary>
    /// <exception cref="FormatException">It is none, or what goes there is not protected.</exception>
    public static Uri UrlOf(string? endpoint) => Uri.TryCreate(endpoint, UriKind.Absolute, out var url) && url.IsSecure()
        ? url
        : throw new FormatException("An endpoint in the metadata is no https URL.");

    private Exception? LastFailure()
    {
        lock (sync)
        {
            return failure;
        }
    }

    private static UnavailableException Unavailable(Exception? cause) => new(RetryInterval, cause);
}
