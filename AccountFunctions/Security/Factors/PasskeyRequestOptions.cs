using System.Text.Json.Serialization;
using AccountFunctions.Contract.Description;

namespace AccountFunctions.Security.Factors;

/// <summary>
/// How a browser uses a passkey: <c>PublicKeyCredentialRequestOptionsJSON</c> (WebAuthn Level 3 §5.1). Its names are the standard's.
/// </summary>
public sealed record PasskeyRequestOptions(
    [Field("What the authenticator signs, in base64url.")] string Challenge,
    [Field("How long the challenge is good, in milliseconds.")] int Timeout,
    [Field("The host name that the passkey works for.")]
    [property: JsonPropertyName("rpId")]
    string RelyingPartyId,
    [Field("The passkeys that will do; empty: any that the authenticator has stored.")]
    [property: JsonPropertyName("allowCredentials")]
    IReadOnlyList<PasskeyDescriptor> AllowedPasskeys,
    [Field("The authenticator must check that its owner uses it.", Values = ["required"])]
    [property: JsonPropertyName("userVerification")]
    string UserVerification);

/// <summary>The options of a ceremony with a passkey, and the state that the answer needs.</summary>
public sealed record PasskeyRequestReply(
    [Field("For `PublicKeyCredential.parseRequestOptionsFromJSON`.")] PasskeyRequestOptions Options,
    [Field("Send it back with the credential, within five minutes.", Example = PasskeyRequestReply.StateExample)] string State)
{
    public const string StateExample =
        "AAAAAGdB1sDpT3q9vN0cXh4mB1sWZ7rKf2yLdUe6aJgQ8oRiVtY5xNl8GofS6bPE1eb3CBkgGTpfDBqX0umAZOl8MGofS6bP";
}
