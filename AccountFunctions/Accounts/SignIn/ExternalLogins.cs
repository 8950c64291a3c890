using AccountFunctions.Accounts.SignIn.Ways;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Identities;
using AccountFunctions.Security.Throttling;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>Reads what clients send about an identity at another provider.</summary>
public sealed class ExternalLogins(IdentityProviders providers, IdTokens tokens, LoginCodes codes)
{
    internal const string TokenExample = "eyJhbGciOiJSUzI1NiIsImtpZCI6IjEifQ.eyJpc3MiOiJodHRwczovL2FjY291bnRzLmdvb2dsZS5jb20ifQ.c2ln";

    /// <summary>The identity that a request to sign in shows, by an ID token or by a code.</summary>
    /// <param name="errors">With the errors of the request's other fields.</param>
    public async Task<Result<ExternalLogin>> FindAsync(
        FieldErrors errors, LoginExternalRequest request, Visitor visitor, CancellationToken cancellationToken)
    {
        var code = errors.Optional("login_code", request.LoginCode);
        var verifier = errors.Optional("verifier", request.Verifier);
        errors.Optional("nonce", request.Nonce);
        if (code is not null && request.IdToken.State is (MemberState.Absent or MemberState.Null))
        {
            errors.Optional("provider", request.Provider);
            errors.Required("verifier", request.Verifier);
            return errors.Any || verifier is null ? errors.ToProblem()
                : await visitor.Admission is { } notAdmitted ? notAdmitted
                : await codes.FindAsync(code, verifier, cancellationToken);
        }

        if (Read(errors, request.Provider, request.IdToken, request.Nonce) is not { } shown)
        {
            return errors.ToProblem();
        }

        if (visitor.EarlyRefusal is { } refused)
        {
            return refused;
        }

        var validated = await tokens.ValidateAsync(shown.Provider, shown.IdToken, shown.Nonce, cancellationToken);
        return validated.IsRefused ? validated.Problem : new ExternalLogin(validated.Reply, null);
    }

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

/// <summary>An identity that a client shows to sign in.</summary>
/// <param name="SettleAsync"><see cref="Proof.SettleAsync"/> of the code that it showed; null: an ID token, which is not used up.</param>
public sealed record ExternalLogin(ExternalIdentity Identity, Func<SignInOutcome, CancellationToken, Task<Problem?>>? SettleAsync);
