using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Json;

namespace AccountFunctions.Security.Factors;

/// <summary>
/// A credential as a browser sends it (<c>PublicKeyCredential.toJSON()</c>, WebAuthn Level 3 §5.1): its bytes, of which nothing is
/// verified yet.
/// </summary>
/// <param name="Attestation">Of a registration.</param>
/// <param name="AuthenticatorData">Of an assertion, like <paramref name="Signature"/> and <paramref name="UserHandle"/>.</param>
/// <param name="Transports">Of a registration: how a browser reaches the authenticator.</param>
public sealed record PasskeyCredential(
    byte[] Id,
    byte[] ClientData,
    byte[]? Attestation,
    byte[]? AuthenticatorData,
    byte[]? Signature,
    byte[]? UserHandle,
    IReadOnlyList<string> Transports)
{
    private const int MaxIdBytes = 1023;
    private const int MaxTransports = 8;
    private const int MaxTransportLength = 20;

    /// <summary>The id of its row: the SHA-256 of its own id, in lower-case hex.</summary>
    public string RowId { get; } = Convert.ToHexStringLower(SHA256.HashData(Id));

    /// <summary>The account that a user handle names; null if it names none.</summary>
    public string? AccountId => UserHandle is { Length: 16 } ? Convert.ToHexStringLower(UserHandle) : null;

    /// <summary>The user handle of an account: the 16 bytes of its id.</summary>
    public static byte[] HandleOf(string accountId) => Convert.FromHexString(accountId);

    /// <summary>Null if it is malformed.</summary>
    public static PasskeyCredential? Read(JsonElement credential)
    {
        try
        {
            if (!credential.TryGetProperty("response", out var response)
                || response.ValueKind is not JsonValueKind.Object
                || Text(credential, "type") is not "public-key"
                || Bytes(credential, "id") is not { Length: > 0 and <= MaxIdBytes } id
                || (Bytes(credential, "rawId") is { } rawId && !rawId.AsSpan().SequenceEqual(id))
                || Bytes(response, "clientDataJSON") is not { Length: > 0 } clientData)
            {
                return null;
            }

            return new PasskeyCredential(
                id,
                clientData,
                Bytes(response, "attestationObject"),
                Bytes(response, "authenticatorData"),
                Bytes(response, "signature"),
                Bytes(response, "userHandle"),
                ReadTransports(response));
        }
        catch (InvalidOperationException)
        {
            // A string or a name has half a surrogate pair.
            return null;
        }
    }

    private static string? Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    // The decoder would ignore white space and padding, which no browser sends.
    private static byte[]? Bytes(JsonElement element, string name) =>
        Text(element, name) is { } text && text.All(IsBase64Url) && Base64Url.IsValid(text) ? Base64Url.DecodeFromChars(text) : null;

    private static bool IsBase64Url(char character) => char.IsAsciiLetterOrDigit(character) || character is '-' or '_';

    // Only hints for the browser: what does not look like one is left out.
    private static IReadOnlyList<string> ReadTransports(JsonElement response) =>
        response.TryGetProperty("transports", out var transports) && transports.ValueKind is JsonValueKind.Array
            ?
            [
                .. transports.EnumerateArray()
                    .Where(transport => transport.ValueKind is JsonValueKind.String)
                    .Select(transport => transport.GetString() ?? "")
                    .Where(transport => transport.Length is > 0 and <= MaxTransportLength
                        && transport.All(character => char.IsAsciiLetterLower(character) || character is '-'))
                    .Distinct()
                    .Take(MaxTransports),
            ]
            : [];
}
