using AccountFunctions.Accounts.SignIn.Ways;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Identities;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>Reads what clients send about an identity at another provider.</summary>
public sealed class ExternalLogins(IdentityProviders providers)
{
    internal const string TokenExample = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJodHRwczovL2FjY291bnRzLmdvb2dsZS5jb20ifQ.c2ln";

    /// <summary>An ID token with its provider and nonce; null if a field is invalid.</summary>
    /// <param name="prefix">Of the names of the fields.</param>
    public ExternalConfirmation? Read(
        FieldErrors errors, Member<string> provider, Member<string> idToken, Member<string> nonce, string prefix = "")
    {
        var name = errors.Required($"{prefix}provider", provider);
        if (name is not null && !providers.Has(name))
        {
            errors.Add($"{prefix}provider", FieldError.Invalid);
        }

        var token = errors.Required($"{prefix}id_token", idToken);
        var sent = errors.Optional($"{prefix}nonce", nonce);
        return name is null || token is null || errors.Any ? null : new ExternalConfirmation(name, token, sent);
    }
}
