using System.Text.Json.Serialization;
using AccountFunctions.Contract.Description;

namespace AccountFunctions.Security.Factors;

/// <summary>
/// How a browser makes a passkey: <c>PublicKeyCredentialCreationOptionsJSON</c> (WebAuthn Level 3 §5.1). Its names are the standard's.
/// </summary>
public sealed record PasskeyCreationOptions(
    [Field("The app that the passkey is for.")] RelyingParty Rp,
    [Field("The owner of the passkey.")] PasskeyUser User,
    [Field("What the authenticator signs, in base64url.")] string Challenge,
    [Field("The algorithms that the app takes, the best first.")]
    [property: JsonPropertyName("pubKeyCredParams")]
    IReadOnlyList<PasskeyAlgorithm> Algorithms,
    [Field("How long the challenge is good, in milliseconds.")] int Timeout,
    [Field("The passkeys that the account has already, so that an authenticator does not make a second one.")]
    [property: JsonPropertyName("excludeCredentials")]
    IReadOnlyList<PasskeyDescriptor> ExcludedPasskeys,
    [Field("What the authenticator must be able to do.")]
    [property: JsonPropertyName("authenticatorSelection")]
    AuthenticatorSelection Selection,
    [Field("The app does not ask which model the authenticator is.", Values = ["none"])] string Attestation);

public sealed record RelyingParty([Field("The host name that the passkey works for.")] string Id, [Field("The product.")] string Name);

public sealed record PasskeyUser(
    [Field("Stands for the account, in base64url.")] string Id,
    [Field("The address.")] string Name,
    [Field("The name of the person, or the address.")]
    [property: JsonPropertyName("displayName")]
    string DisplayName);

public sealed record PasskeyAlgorithm(
    [Field("The only type there is.", Values = ["public-key"])] string Type, [Field("A COSE algorithm (RFC 9053).")] int Alg);

public sealed record PasskeyDescriptor(
    [Field("The only type there is.", Values = ["public-key"])] string Type,
    [Field("The id of the credential, in base64url.")] string Id,
    [Field("How a browser reaches the authenticator.")] IReadOnlyList<string> Transports);

public sealed record AuthenticatorSelection(
    [Field("It must store the passkey, so that nobody has to type an address.", Values = ["required"])]
    [property: JsonPropertyName("residentKey")]
    string ResidentKey,
    [Field("The same for old browsers.")]
    [property: JsonPropertyName("requireResidentKey")]
    bool RequireResidentKey,
    [Field("It must check that its owner uses it: by fingerprint, face or PIN.", Values = ["required"])]
    [property: JsonPropertyName("userVerification")]
    string UserVerification);
