using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace AccountFunctions.Security.Tokens;

/// <summary>The claims of a valid access token.</summary>
public sealed record AccessClaims(string AccountId, string SessionId, int Version);

/// <summary>
/// Issues and validates access tokens: JWTs signed with ES256 (type of RFC 9068, rules of RFC 8725). Validation is stricter than the
/// library's, see the checks that follow it.
/// </summary>
public sealed class AccessTokens(SigningKeys keys, IOptions<TokenOptions> options, TimeProvider time)
{
    private const string TokenType = "at+jwt";
    private const int MaxLength = 4096;
    private static readonly int Skew = (int)Lifetimes.ClockSkew.TotalSeconds;

    // The library also accepts base64 padding and white space, so one token would have many spellings.
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.");

    private readonly TokenOptions options = options.Value;
    private readonly JsonWebTokenHandler handler = new() { MaximumTokenSizeInBytes = MaxLength, SetDefaultTimesOnTokenCreation = false };
    private readonly SigningCredentials credentials = new(keys.Current, SecurityAlgorithms.EcdsaSha256);
    private readonly TokenValidationParameters parameters = new()
    {
        ValidIssuer = options.Value.Issuer,
        ValidAudience = options.Value.Audience,
        IgnoreTrailingSlashWhenValidatingAudience = false,
        ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
        ValidTypes = [TokenType],
        TryAllIssuerSigningKeys = false,
        IssuerSigningKeyResolver = (_, _, keyId, _) => keys.Find(keyId) is { } key ? [key] : [],
        // The library reads the machine's clock; the app checks times below, by its own.
        ValidateLifetime = false,
    };

    public int LifetimeSeconds => (int)options.AccessLifetime.TotalSeconds;

    public string Issue(AccountEntity account, SessionEntity session)
    {
        var now = time.GetUtcNow();
        return handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = options.Issuer,
            Audience = options.Audience,
            TokenType = TokenType,
            IssuedAt = now.UtcDateTime,
            Expires = (now + options.AccessLifetime).UtcDateTime,
            SigningCredentials = credentials,
            Claims = new Dictionary<string, object>
            {
                [JwtRegisteredClaimNames.Sub] = account.Id,
                ["client_id"] = options.Audience,
                [JwtRegisteredClaimNames.Sid] = session.Id,
                [JwtRegisteredClaimNames.Jti] = Base64UrlEncoder.Encode(RandomNumberGenerator.GetBytes(16)),
                ["ver"] = account.Version,
                ["role"] = account.Role,
                [JwtRegisteredClaimNames.Amr] = session.Amr.ToArray(),
                [JwtRegisteredClaimNames.AuthTime] = session.Created.ToUnixTimeSeconds(),
            },
        });
    }

    /// <summary>Null unless this service issued the token, and it is unaltered and valid at this time.</summary>
    public async Task<AccessClaims?> ValidateAsync(string token)
    {
        if (token.Length > MaxLength || token.AsSpan().ContainsAnyExcept(TokenCharacters))
        {
            return null;
        }

        var result = await handler.ValidateTokenAsync(token, parameters);
        return result.IsValid && result.SecurityToken is JsonWebToken jwt ? Check(jwt) : null;
    }

    // Check what the library does not: no header member but our three (so no crit, b64, jku …), every claim present once and of its type,
    // no issue or start time in the future (RFC 7519 §4.1.5), and no longer life than the app gives.
    private AccessClaims? Check(JsonWebToken jwt)
    {
        try
        {
            var header = JsonSerializer.Deserialize(
                Base64UrlEncoder.DecodeBytes(jwt.EncodedHeader), AccessTokenJson.Default.AccessTokenHeader);
            var payload = JsonSerializer.Deserialize(
                Base64UrlEncoder.DecodeBytes(jwt.EncodedPayload), AccessTokenJson.Default.AccessTokenPayload);
            var now = time.GetUtcNow().ToUnixTimeSeconds();
            return header is not null
                && payload is not null
                && payload.Iat <= now + Skew
                && payload.Exp > now - Skew
                && (payload.Nbf ?? 0) <= now + Skew
                && payload.Exp - payload.Iat <= LifetimeSeconds
                ? new AccessClaims(payload.Sub, payload.Sid, payload.Ver)
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>The header of an access token. A token with any other member is invalid.</summary>
[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
public sealed record AccessTokenHeader(string Alg, string Kid, string Typ);

/// <summary>The claims of an access token (RFC 9068); times in seconds since 1970.</summary>
public sealed record AccessTokenPayload(
    string Iss, string Aud, string Sub, string Sid, int Ver, string Role, string Jti, long Iat, long Exp, long? Nbf = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(AccessTokenHeader))]
[JsonSerializable(typeof(AccessTokenPayload))]
internal sealed partial class AccessTokenJson : JsonSerializerContext;
