using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AccountFunctions.Contract.Answers;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AccountFunctions.Security.Identities;

/// <summary>
/// Validates ID tokens (OpenID Connect Core 1.0 §3.1.3.7, RFC 8725). The library checks the signature only: it takes members that occur
/// twice, padding, times in the future and missing claims.
/// </summary>
public sealed class IdTokens(IdentityProviders providers, TimeProvider time)
{
    private const int MaxLength = 16 * 1024;
    public const int MaxSubjectLength = 255;
    private static readonly long Skew = (long)Lifetimes.ClockSkew.TotalSeconds;
    private static readonly long MaxAge = (long)TimeSpan.FromDays(1).TotalSeconds;
    private static readonly SearchValues<char> Characters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    // They bring a key of their own, or change what is signed.
    private static readonly string[] Forbidden = ["crit", "b64", "jku", "jwk", "x5u", "x5c", "enc", "zip"];
    private readonly Lazy<JsonWebTokenHandler> handler = new(() => new() { MaximumTokenSizeInBytes = MaxLength });

    /// <param name="provider">The provider's name in the settings.</param>
    /// <param name="nonce">What the client asked the provider to put into the token; null: nothing.</param>
    /// <returns><c>invalid_id_token</c> for whatever is wrong with the token: no answer helps a forger.</returns>
    /// <exception cref="UnavailableException">The keys of the provider are not known, and it is away.</exception>
    public async Task<Result<ExternalIdentity>> ValidateAsync(
        string provider, string token, string? nonce, CancellationToken cancellationToken) =>
        providers.Find(provider) is { } found && await ReadAsync(found, token, nonce, cancellationToken) is { } identity
            ? identity
            : Problem.InvalidIdToken;

    private async Task<ExternalIdentity?> ReadAsync(
        IdentityProvider provider, string token, string? nonce, CancellationToken cancellationToken)
    {
        if (token.Length > MaxLength || token.AsSpan().ContainsAnyExcept(Characters) || token.Split('.') is not [var head, var body, _])
        {
            return null;
        }

        try
        {
            using var header = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(head), JsonMembers.Strict);
            using var payload = JsonDocument.Parse(Base64UrlEncoder.DecodeBytes(body), JsonMembers.Strict);
            var (tokenHeader, claims) = (header.RootElement, payload.RootElement);

            // Before any key is looked for, so that only what could be a token of ours makes the app fetch keys.
            return tokenHeader.ValueKind is JsonValueKind.Object
                && claims.ValueKind is JsonValueKind.Object
                && IsHeader(tokenHeader, out var algorithm, out var keyId)
                && IsFrom(provider, claims, out var issuer, out var tenant)
                && IsFor(provider.Audiences, claims)
                && IsNow(claims)
                && IsAnswerTo(nonce, claims)
                && claims.TextOf("sub") is { Length: > 0 and <= MaxSubjectLength } subject
                && await provider.FindKeyAsync(keyId, algorithm, issuer, tenant, cancellationToken) is { } key
                && await IsSignedAsync(token, key, algorithm)
                ? new IdentityClaims(claims).Describe(
                    new ExternalIdentity(provider.Name, tenant is null ? provider.Issuer : issuer, subject)
                    {
                        Authenticated = DateTimeOffset.FromUnixTimeSeconds(
                            SecondsOf(claims, "auth_time") ?? SecondsOf(claims, "iat") ?? 0),
                    },
                    provider.Rules)
                : null;
        }
        catch (Exception e) when (e is JsonException or FormatException or InvalidOperationException)
        {
            // A lone surrogate in an escape sequence causes an InvalidOperationException.
            return null;
        }
    }

    private static bool IsHeader(
        JsonElement header, [NotNullWhen(true)] out string? algorithm, [NotNullWhen(true)] out string? keyId)
    {
        (algorithm, keyId) = (header.TextOf("alg"), header.TextOf("kid"));
        return algorithm is not null
            && keyId is { Length: > 0 }
            && ProviderMetadata.KeyTypes.ContainsKey(algorithm)
            && (!header.TryGetProperty("typ", out _) || string.Equals(header.TextOf("typ"), "JWT", StringComparison.OrdinalIgnoreCase))
            && !Forbidden.Any(name => header.TryGetProperty(name, out _));
    }

    private static bool IsFrom(
        IdentityProvider provider, JsonElement claims, [NotNullWhen(true)] out string? issuer, out string? tenant)
    {
        (issuer, tenant) = (claims.TextOf("iss"), null);
        if (!provider.Issuer.Contains(ProviderRules.Tenant, StringComparison.Ordinal))
        {
            return issuer is not null && (issuer == provider.Issuer || issuer == provider.Rules.OtherIssuer);
        }

        tenant = claims.TextOf("tid");
        return issuer is not null
            && Guid.TryParseExact(tenant, "D", out _)
            && issuer == provider.Issuer.Replace(ProviderRules.Tenant, tenant, StringComparison.Ordinal);
    }

    private static bool IsFor(IReadOnlyList<string> ours, JsonElement claims)
    {
        if (!claims.TryGetProperty("aud", out var aud))
        {
            return false;
        }

        string?[] audiences = aud.ValueKind is JsonValueKind.Array
            ? [.. aud.EnumerateArray().Select(one => one.GetString())]
            : [aud.GetString()];
        var hasParty = claims.TryGetProperty("azp", out _);
        return audiences.Any(ours.Contains)
            && (hasParty ? ours.Contains(claims.TextOf("azp")) : audiences.Length == 1);
    }

    private bool IsNow(JsonElement claims)
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        return SecondsOf(claims, "exp") > now - Skew
            && SecondsOf(claims, "iat") is { } issued
            && issued <= now + Skew
            && issued >= now - MaxAge
            && (!claims.TryGetProperty("nbf", out _) || SecondsOf(claims, "nbf") <= now + Skew)
            && (!claims.TryGetProperty("auth_time", out _)
                || (SecondsOf(claims, "auth_time") is { } authenticated && authenticated >= 0 && authenticated <= now + Skew));
    }

    // Apple's SDK sends the provider a hash of what the app keeps.
    private static bool IsAnswerTo(string? nonce, JsonElement claims) => !claims.TryGetProperty("nonce", out _)
        ? nonce is null
        : nonce is not null
            && claims.TextOf("nonce") is { } told
            && (told == nonce || told == Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(nonce))));

    private async Task<bool> IsSignedAsync(string token, JsonWebKey key, string algorithm)
    {
        var result = await handler.Value.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidAlgorithms = [algorithm],
            IssuerSigningKeyResolver = (_, _, _, _) => [key],
            TryAllIssuerSigningKeys = false,
            RequireSignedTokens = true,

            // Checked above, and more strictly.
            ValidateIssuer = false,
            ValidateAudience = false,
            ValidateLifetime = false,
        });
        return result.IsValid;
    }

    private static long? SecondsOf(JsonElement claims, string name) =>
        claims.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out var seconds)
            ? seconds
            : null;
}
