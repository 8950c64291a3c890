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

    /// <summary>The identity that a request shows, by an ID token or by a code.</summary>
    /// <param name="errors">With the errors of the request's other fields.</param>
    /// <param name="visitor">Null: the caller of the request has an access token.</param>
    public async Task<Result<ExternalLogin>> FindAsync(
        FieldErrors errors, ExternalMembers members, Visitor? visitor, CancellationToken cancellationToken)
    {
        var code = errors.Optional("login_code", members.LoginCode);
        var verifier = errors.Optional("verifier", members.Verifier);
        errors.Optional("nonce", members.Nonce);
        if (code is not null && members.IdToken.State is (MemberState.Absent or MemberState.Null))
        {
            errors.Optional("provider", members.Provider);
            errors.Required("verifier", members.Verifier);
            return errors.Any || verifier is null ? errors.ToProblem()
                : visitor is not null && await visitor.Admission is { } notAdmitted ? notAdmitted
                : await codes.FindAsync(code, verifier, cancellationToken);
        }

        if (Read(errors, members.Provider, members.IdToken, members.Nonce) is not { } shown)
        {
            return errors.ToProblem();
        }

        if (visitor?.EarlyRefusal is { } refused)
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

/// <summary>The members of a request that show an identity.</summary>
public readonly record struct ExternalMembers(
    Member<string> Provider, Member<string> IdToken, Member<string> Nonce, Member<string> LoginCode, Member<string> Verifier);

/// <summary>An identity that a client shows to sign in, or to link.</summary>
/// <param name="SettleAsync"><see cref="Proof.SettleAsync"/> of the code that it showed; null: an ID token, which is not used up.</param>
public sealed record ExternalLogin(ExternalIdentity Identity, Func<SignInOutcome, CancellationToken, Task<Problem?>>? SettleAsync);
