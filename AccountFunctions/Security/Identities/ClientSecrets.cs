using System.Security.Cryptography;
using AccountFunctions.Security.Tokens;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AccountFunctions.Security.Identities;

/// <summary>
/// What this app authenticates with at a provider: the secret in the settings, or one that is signed for each use with the key there, as
/// Apple asks for it.
/// </summary>
internal static class ClientSecrets
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(5);

    public static bool IsKey(string pem) => SigningKeys.TryRead(pem, out var keys) && keys.Count == 1;

    public static string Of(ProviderOptions options, string issuer, DateTimeOffset now)
    {
        if (!options.HasKey)
        {
            return options.ClientSecret;
        }

        using var key = ECDsa.Create();
        key.ImportFromPem(options.PrivateKey);
        return new JsonWebTokenHandler { SetDefaultTimesOnTokenCreation = false }.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = options.TeamId,
            Audience = issuer,
            IssuedAt = now.UtcDateTime,
            Expires = (now + Lifetime).UtcDateTime,
            Claims = new Dictionary<string, object> { [JwtRegisteredClaimNames.Sub] = options.ClientId },
            SigningCredentials = new SigningCredentials(
                new ECDsaSecurityKey(key)
                {
                    KeyId = options.KeyId,
                    CryptoProviderFactory = new CryptoProviderFactory { CacheSignatureProviders = false },
                },
                SecurityAlgorithms.EcdsaSha256),
        });
    }
}
