using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace AccountFunctions.Security.Tokens;

/// <summary>A public key for other services (RFC 7517, RFC 7518 §6.2.1).</summary>
public sealed record PublicJsonWebKey(string Kty, string Use, string Alg, string Crv, string Kid, string X, string Y);

public sealed record JsonWebKeys(IReadOnlyList<PublicJsonWebKey> Keys);

/// <summary>The discovery document (OpenID Connect Discovery 1.0 §3), limited to what services need to validate our tokens.</summary>
public sealed record OpenIdConfiguration(
    string Issuer,
    string JwksUri,
    IReadOnlyList<string> ResponseTypesSupported,
    IReadOnlyList<string> SubjectTypesSupported,
    IReadOnlyList<string> IdTokenSigningAlgValuesSupported);

/// <summary>Builds the documents that other services need to validate our access tokens.</summary>
public sealed class TokenMetadata(SigningKeys keys, IOptions<TokenOptions> options)
{
    public JsonWebKeys Keys { get; } = new(
    [
        .. keys.All.Select(JsonWebKeyConverter.ConvertFromECDsaSecurityKey)
            .Select(key => new PublicJsonWebKey(key.Kty, "sig", SecurityAlgorithms.EcdsaSha256, key.Crv, key.Kid, key.X, key.Y)),
    ]);

    public OpenIdConfiguration Configuration { get; } = new(
        options.Value.Issuer, $"{options.Value.Issuer}/.well-known/jwks.json", ["token"], ["public"], [SecurityAlgorithms.EcdsaSha256]);
}
