using System.Text.Json;
using AccountFunctions.Contract.Fields;

namespace AccountFunctions.Security.Identities;

/// <summary>What a valid ID token says about its user.</summary>
internal readonly struct IdentityClaims(JsonElement payload)
{
    public ExternalIdentity Describe(ExternalIdentity identity, ProviderRules rules)
    {
        var hasAddress = EmailAddress.TryParse(TextOf("email"), out var address);
        var (given, family) = (NameOf("given_name"), NameOf("family_name"));
        return identity with
        {
            Email = hasAddress ? address : null,
            IsVerified = hasAddress && rules.IsVerified(payload),
            FirstName = given.Length > 0 || family.Length > 0 ? given : NameOf("name"),
            LastName = family,
            Authenticated = DateTimeOffset.FromUnixTimeSeconds(SecondsOf("auth_time") ?? SecondsOf("iat") ?? 0),
        };
    }

    // A name that the app would refuse in details is left out: the user can still give one there.
    private string NameOf(string claim)
    {
        var errors = new FieldErrors();
        var name = errors.Name(claim, TextOf(claim)?.Trim() ?? "");
        return errors.Any ? "" : name;
    }

    private string? TextOf(string claim) =>
        payload.TryGetProperty(claim, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private long? SecondsOf(string claim) =>
        payload.TryGetProperty(claim, out var value) && value.TryGetInt64(out var seconds) ? seconds : null;
}
