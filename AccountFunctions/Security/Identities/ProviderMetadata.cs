using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using Microsoft.IdentityModel.Tokens;

namespace AccountFunctions.Security.Identities;

/// <summary>What a provider publishes about itself (OpenID Connect Discovery 1.0), as fetched at one time.</summary>
/// <param name="Keys">Those that may sign ID tokens, by id.</param>
internal sealed record ProviderMetadata(OpenIdConnectConfiguration Configuration, ILookup<string, JsonWebKey> Keys, DateTimeOffset Fetched)
{
    private const int MinRsaBits = 2048;

    /// <summary>The algorithms that an ID token may be signed with (RFC 8725 §3.1), and the type of their keys.</summary>
    public static readonly IReadOnlyDictionary<string, string> KeyTypes = new Dictionary<string, string>
    {
        [SecurityAlgorithms.RsaSha256] = JsonWebAlgorithmsKeyTypes.RSA,
        [SecurityAlgorithms.RsaSsaPssSha256] = JsonWebAlgorithmsKeyTypes.RSA,
        [SecurityAlgorithms.EcdsaSha256] = JsonWebAlgorithmsKeyTypes.EllipticCurve,
    };

    /// <summary>Keeps only keys that are strong, public and for signatures. A shared secret is none of them.</summary>
    public static ILookup<string, JsonWebKey> Usable(IEnumerable<JsonWebKey> keys) => keys
        .Where(key => key.Use is null or "" or "sig")
        .Where(key => (key.Kty == JsonWebAlgorithmsKeyTypes.RSA && key.KeySize >= MinRsaBits)
            || (key.Kty == JsonWebAlgorithmsKeyTypes.EllipticCurve && key.Crv == JsonWebKeyECTypes.P256))
        .ToLookup(key => key.Kid ?? "");

    /// <summary>The key with exactly this id for this algorithm; null if there is none, or more than one.</summary>
    /// <param name="issuer">Of the token: some keys of Microsoft sign for one tenant only.</param>
    public JsonWebKey? Find(string keyId, string algorithm, string issuer, string? tenant)
    {
        var found = Keys[keyId].Where(key => key.Kty == KeyTypes[algorithm] && (key.Alg is null or "" || key.Alg == algorithm)).ToList();
        return found is [var only] && MaySignFor(only, issuer, tenant) ? only : null;
    }

    private static bool MaySignFor(JsonWebKey key, string issuer, string? tenant) =>
        !key.AdditionalData.TryGetValue("issuer", out var signs)
        || signs.ToString()?.Replace(ProviderRules.Tenant, tenant, StringComparison.Ordinal) == issuer;
}
