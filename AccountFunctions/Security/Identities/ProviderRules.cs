using System.Text.Json;

namespace AccountFunctions.Security.Identities;

/// <summary>How a provider differs from OpenID Connect Core.</summary>
/// <param name="IsVerified">Whether the provider vouches that the user owns the address in a token.</param>
internal sealed record ProviderRules(Func<JsonElement, bool> IsVerified)
{
    /// <summary>Stands in an issuer for the tenant of a token, its claim <c>tid</c>.</summary>
    public const string Tenant = "{tenantid}";

    // Accounts of persons, whose addresses Microsoft verifies. In any other tenant, its administrator can set any address.
    private const string PersonalTenant = "9188040d-6c67-4c5b-b112-36a304b66dad";
    private const string EmailVerified = "email_verified";
    private static readonly ProviderRules Standard = new(IsTrue);
    private static readonly Dictionary<string, ProviderRules> Presets = new()
    {
        ["google"] = Standard with { Issuer = "https://accounts.google.com", OtherIssuer = "accounts.google.com" },
        ["apple"] = new(payload => IsTrue(payload) || payload.TextOf(EmailVerified) == "true")
        {
            Issuer = "https://appleid.apple.com",
            AnswersByForm = true,
            Scope = "openid email name",
        },
        ["microsoft"] = new(IsVerifiedAtMicrosoft) { Issuer = $"https://login.microsoftonline.com/{Tenant}/v2.0" },
    };

    /// <summary>Null: the settings must name it.</summary>
    public string? Issuer { get; private init; }

    /// <summary>Another name of the issuer in its tokens.</summary>
    public string? OtherIssuer { get; private init; }

    /// <summary>What the app asks a provider for.</summary>
    public string Scope { get; private init; } = "openid email profile";

    /// <summary>Whether the provider answers a request for an address by a form that the browser posts, from its own site.</summary>
    public bool AnswersByForm { get; private init; }

    public static ProviderRules Of(string name) => Presets.GetValueOrDefault(name, Standard);

    private static bool IsTrue(JsonElement payload) =>
        payload.TryGetProperty(EmailVerified, out var verified) && verified.ValueKind is JsonValueKind.True;

    private static bool IsVerifiedAtMicrosoft(JsonElement payload) =>
        (payload.TryGetProperty("xms_edov", out var owned) && owned.ToString() is "1" or "true" or "True")
        || (payload.TextOf("tid") == PersonalTenant
            && !(payload.TryGetProperty(EmailVerified, out var verified) && verified.ValueKind is not JsonValueKind.True));
}
