using System.Text.Json;
using AccountFunctions.Contract.Fields;

namespace AccountFunctions.Security.Identities;

/// <summary>What a provider says about a user, in an ID token or as user info.</summary>
internal readonly struct IdentityClaims(JsonElement payload)
{
    public ExternalIdentity Describe(ExternalIdentity identity, ProviderRules rules)
    {
        var hasAddress = EmailAddress.TryParse(payload.TextOf("email"), out var address);
        var (given, family) = (NameOf("given_name"), NameOf("family_name"));
        return identity.WithNames(given.Length > 0 || family.Length > 0 ? given : NameOf("name"), family) with
        {
            Email = hasAddress ? address : null,
            IsVerified = hasAddress && rules.IsVerified(payload),
        };
    }

    // A name that the app would refuse in details is left out: the user can still give one there.
    private string NameOf(string claim)
    {
        var errors = new FieldErrors();
        var name = errors.Name(claim, payload.TextOf(claim)?.Trim() ?? "");
        return errors.Any ? "" : name;
    }
}
