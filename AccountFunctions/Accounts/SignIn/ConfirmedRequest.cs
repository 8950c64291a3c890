using System.Text.Json;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Factors;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>
/// A request for a change that a thief with an access token must not make: the caller proves again who it is, as at sign-in
/// (OWASP ASVS 5.0 V7.5.1).
/// </summary>
public abstract record ConfirmedRequest
{
    [Field("The current password, exactly as it was typed.", Kind = FieldKind.Password)]
    public Member<string> Password { get; init; }

    [Field("Instead of the password: `state` of `passkeys/confirmation`.", Example = PasskeyRequestReply.StateExample)]
    public Member<string> State { get; init; }

    [Field("With `state`: what the browser returned. A passkey counts as both factors.", Kind = FieldKind.Passkey)]
    public Member<JsonElement> Credential { get; init; }

    [Field("The second factor, if the account has one: the code of the authenticator app, or a recovery code.", Kind = FieldKind.Otp)]
    public Member<string> Otp { get; init; }
}
