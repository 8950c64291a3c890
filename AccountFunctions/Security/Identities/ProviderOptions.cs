using System.ComponentModel.DataAnnotations;

namespace AccountFunctions.Security.Identities;

/// <summary>
/// Settings <c>Providers__*</c>: sign-in with identities at other providers (OpenID Connect). Without any provider, it is off.
/// </summary>
public sealed class ProvidersOptions : IValidatableObject
{
    /// <summary>
    /// Where the app may send browsers back to after a sign-in at a provider: exact URLs, separated by commas. Https, http on this machine,
    /// or the private scheme of an app.
    /// </summary>
    public string ReturnUrls { get; set; } = "";

    /// <summary>The providers by name, including those without any value.</summary>
    internal Dictionary<string, ProviderOptions> Named { get; } = [];

    internal IReadOnlyList<string> ReturnUrlList => ProviderOptions.ListOf(ReturnUrls);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ReturnUrlList.FirstOrDefault(url => !IsReturnUrl(url)) is { } wrong)
        {
            yield return new ValidationResult($"'{wrong}' is no absolute https URL without a fragment", [nameof(ReturnUrls)]);
        }

        foreach (var (name, options) in Named.Where(named => named.Value.IsSet))
        {
            if (options.FaultOf(name) is var (setting, fault))
            {
                yield return new ValidationResult(fault, [$"{name}__{setting}"]);
            }
        }
    }

    // A private scheme is a reversed domain name (RFC 8252 §7.1), which no script or document has.
    private static bool IsReturnUrl(string text) => Uri.TryCreate(text, UriKind.Absolute, out var url)
        && !text.Contains('#', StringComparison.Ordinal)
        && url.UserInfo.Length == 0
        && (url.IsSecure() || url.Scheme.Contains('.', StringComparison.Ordinal));
}

/// <summary>
/// Settings <c>Providers__{name}__*</c> of one provider. <c>google</c>, <c>apple</c> and <c>microsoft</c> know their issuers.
/// </summary>
public sealed class ProviderOptions
{
    /// <summary>
    /// The issuer, exactly as its ID tokens name it; its metadata is below it. <c>{tenantid}</c> stands for the tenant of a token.
    /// </summary>
    public string Issuer { get; set; } = "";

    /// <summary>
    /// The client ids whose ID tokens the app accepts, separated by commas: those of your apps, which get them from an SDK. The app always
    /// accepts <see cref="ClientId"/>.
    /// </summary>
    public string Audiences { get; set; } = "";

    /// <summary>The client id of this app at the provider, for sign-in by redirect. It is an audience, too.</summary>
    public string ClientId { get; set; } = "";

    /// <summary>The client's secret; without it, there is no sign-in by redirect. Apple has a key instead.</summary>
    public string ClientSecret { get; set; } = "";

    /// <summary>For <c>apple</c>: the team that owns the key.</summary>
    public string TeamId { get; set; } = "";

    /// <summary>For <c>apple</c>: the id of the key.</summary>
    public string KeyId { get; set; } = "";

    /// <summary>For <c>apple</c>: the P-256 private key that signs client secrets, as PEM.</summary>
    public string PrivateKey { get; set; } = "";

    /// <summary>Whether the operator has set anything: an empty value is as good as none.</summary>
    internal bool IsSet => string.Concat(Issuer, Audiences, ClientId, ClientSecret, TeamId, KeyId, PrivateKey).Length > 0;

    internal bool HasKey => PrivateKey.Length > 0;

    /// <summary>Whether this app is a client of the provider, for sign-in by redirect.</summary>
    internal bool IsClient => ClientId.Length > 0 && (ClientSecret.Length > 0 || HasKey);

    internal static IReadOnlyList<string> ListOf(string text) =>
        text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    internal (string Setting, string Fault)? FaultOf(string name)
    {
        var issuer = Issuer.Length > 0 ? Issuer : ProviderRules.Of(name).Issuer;
        return issuer is null ? (nameof(Issuer), "is required")
            : !IsIssuer(issuer) ? (nameof(Issuer), "must be an absolute https URL without a query or fragment")
            : ListOf(Audiences).Count == 0 && ClientId.Length == 0 ? (nameof(Audiences), "is required where there is no ClientId")
            : ClientId.Length == 0 && (ClientSecret.Length > 0 || HasKey) ? (nameof(ClientId), "is required where there is its secret")
            : HasKey && (TeamId.Length == 0 || KeyId.Length == 0) ? (nameof(KeyId), "is required, and TeamId, where there is a PrivateKey")
            : HasKey && !ClientSecrets.IsKey(PrivateKey) ? (nameof(PrivateKey), "must be the PEM of one P-256 private key")
            : null;
    }

    private static bool IsIssuer(string text) =>
        Uri.TryCreate(text.Replace(ProviderRules.Tenant, "common", StringComparison.Ordinal), UriKind.Absolute, out var url)
        && url.IsSecure()
        && text.AsSpan().IndexOfAny("?# ") < 0;
}
