using System.ComponentModel.DataAnnotations;

namespace AccountFunctions.Security.Tokens;

/// <summary>Settings <c>Tokens__*</c>: access and refresh tokens.</summary>
public sealed class TokenOptions : IValidatableObject
{
    /// <summary>The P-256 private key that signs access tokens (ES256), as PEM.</summary>
    [Required] public string SigningKey { get; set; } = "";

    /// <summary>Earlier or future private keys, as concatenated PEMs: published and accepted, never used to sign.</summary>
    public string PreviousSigningKeys { get; set; } = "";

    /// <summary>
    /// The URL at which clients and other services reach the API, up to <c>/api</c>. Tokens, the discovery document and problem documents
    /// contain it.
    /// </summary>
    [Required] public string Issuer { get; set; } = "";

    /// <summary>The audience of access tokens, and their <c>client_id</c>.</summary>
    [Required] public string Audience { get; set; } = "";

    /// <summary>How long an access token is valid.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan AccessLifetime { get; set; } = TimeSpan.FromMinutes(15);

    /// <summary>How long a session lasts without a refresh.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "365.00:00:00")]
    public TimeSpan RefreshIdleLifetime { get; set; } = TimeSpan.FromDays(14);

    /// <summary>The maximum lifetime of a session, even if it is used.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "3650.00:00:00")]
    public TimeSpan RefreshAbsoluteLifetime { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How long the refresh token used last still gets the same successor, because answers get lost.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "00:10:00")]
    public TimeSpan RefreshGrace { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Sessions that an account may have at once. A further sign-in ends the session used longest ago.</summary>
    [Range(1, 90)] public int MaxSessions { get; set; } = 50;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!SigningKeys.TryRead(SigningKey, out var current) || current.Count != 1)
        {
            yield return new ValidationResult("must be the PEM of one P-256 private key", [nameof(SigningKey)]);
        }

        if (!Uri.TryCreate(Issuer, UriKind.Absolute, out var issuer)
            || issuer.Scheme is not ("http" or "https")
            || Issuer.AsSpan().IndexOfAny("?# ") >= 0
            || Issuer.EndsWith('/'))
        {
            yield return new ValidationResult(
                "must be an absolute http or https URL without a query, fragment or trailing slash, like https://accounts.example.com/api",
                [nameof(Issuer)]);
        }

        if (!SigningKeys.TryRead(PreviousSigningKeys, out _))
        {
            yield return new ValidationResult("must be PEMs of P-256 private keys", [nameof(PreviousSigningKeys)]);
        }
    }
}
