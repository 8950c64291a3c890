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

    [Field("Only for an account without a password: the provider of `confirm_id_token`, by its name in the settings of the deployment.",
        Nullable = true, Example = "google")]
    public Member<string> ConfirmProvider { get; init; }

    [Field("Instead of the password, for an account without one: an ID token of a linked identity, whose owner signed in at the provider "
        + "within the last five minutes.", Nullable = true, Example = ExternalLogins.TokenExample)]
    public Member<string> ConfirmIdToken { get; init; }

    [Field("The `nonce` of `confirm_id_token`, if the client sent one to the provider.", Nullable = true, Example = "n-0S6_WzA2Mj")]
    public Member<string> ConfirmNonce { get; init; }

    [Field("The second factor, if the account has one: the code of the authenticator app, or a recovery code.", Kind = FieldKind.Otp)]
    public Member<string> Otp { get; init; }
}
