using System.Buffers.Binary;
using System.Buffers.Text;
using System.Formats.Asn1;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text.Json;
using Fido2NetLib;
using Fido2NetLib.Cbor;
using Fido2NetLib.Objects;
using Selection = Fido2NetLib.AuthenticatorSelection;

namespace AccountFunctions.Security.Factors;

/// <summary>
/// Verifies answers of authenticators (WebAuthn Level 3 §7.1 and §7.2) with Fido2NetLib. Anyone can send an answer: whatever is wrong with
/// one, the result is null. The library gets only bytes that were read here, none of its own types from outside.
/// </summary>
internal sealed class PasskeyVerifier(string relyingPartyId, string product, IReadOnlySet<string> origins)
{
    // Where the authenticator data has what (WebAuthn Level 3 §6.1 and §6.5.1).
    private const int FlagsAt = 32;
    private const int IdLengthAt = 53;
    private const int IdAt = 55;
    private const byte UserVerified = 0x04;
    private const byte BackupEligible = 0x08;
    private const byte HasPasskey = 0x40;

    // Label and value in a COSE key (RFC 9053 §7).
    private const int KeyType = 1;
    private const int Elliptic = 2;

    // RSA with 4,096 bits fits. Larger keys would only cost time.
    private const int MaxKeyBytes = 600;

    private readonly Fido2 library = new(
        new Fido2Configuration { RPID = relyingPartyId, RPName = product, Origins = origins }, metadataService: null);

    public async Task<NewPasskey?> RegisterAsync(
        PasskeyCredential credential, byte[] challenge, string accountId, CancellationToken cancellationToken)
    {
        try
        {
            if (credential.Attestation is not { } attestation
                || ReadAuthenticatorData(attestation) is not { Length: > IdAt } data
                || (data[FlagsAt] & UserVerified) == 0
                || !Contains(data, credential.Id)
                || !IsOurs(credential.ClientData))
            {
                return null;
            }

            var making = library.MakeNewCredentialAsync(
                new MakeNewCredentialParams
                {
                    AttestationResponse = new AuthenticatorAttestationRawResponse
                    {
                        Id = Base64Url.EncodeToString(credential.Id),
                        RawId = credential.Id,
                        Type = PublicKeyCredentialType.PublicKey,
                        Response = new AuthenticatorAttestationRawResponse.AttestationResponse
                        {
                            AttestationObject = WithoutStatement(data),
                            ClientDataJson = credential.ClientData,
                        },
                    },
                    OriginalOptions = OptionsFor(challenge, accountId),

                    // A passkey is looked up in its own account only, so another account's copy of its id does no harm.
                    IsCredentialIdUniqueToUserCallback = (_, _) => Task.FromResult(true),
                },
                cancellationToken);
            await Untyped(making);
            var made = making.Result;
            return made.PublicKey.Length > MaxKeyBytes
                ? null
                : new NewPasskey(made.PublicKey, made.SignCount, made.IsBackupEligible, made.IsBackedUp, made.AaGuid);
        }
        catch (Exception e) when (IsFaultOfTheAnswer(e))
        {
            return null;
        }
    }

    public async Task<PasskeyUse?> AssertAsync(
        PasskeyCredential credential, byte[] challenge, byte[] publicKey, bool isBackupEligible, CancellationToken cancellationToken)
    {
        try
        {
            // A passkey that could be copied and now cannot, or the other way round, is another one.
            if (credential is not { AuthenticatorData: { Length: > FlagsAt } data, Signature: { Length: > 0 } signature }
                || (data[FlagsAt] & UserVerified) == 0
                || (data[FlagsAt] & HasPasskey) != 0
                || ((data[FlagsAt] & BackupEligible) != 0) != isBackupEligible
                || !IsExact(signature, publicKey)
                || !IsOurs(credential.ClientData))
            {
                return null;
            }

            var asserting = library.MakeAssertionAsync(
                new MakeAssertionParams
                {
                    AssertionResponse = new AuthenticatorAssertionRawResponse
                    {
                        Id = Base64Url.EncodeToString(credential.Id),
                        RawId = credential.Id,
                        Type = PublicKeyCredentialType.PublicKey,
                        Response = new AuthenticatorAssertionRawResponse.AssertionResponse
                        {
                            AuthenticatorData = data,
                            Signature = signature,
                            ClientDataJson = credential.ClientData,
                            UserHandle = credential.UserHandle,
                        },
                    },
                    OriginalOptions = new AssertionOptions
                    {
                        Challenge = challenge,
                        RpId = relyingPartyId,
                        UserVerification = UserVerificationRequirement.Required,
                    },
                    StoredPublicKey = publicKey,

                    // The write that replaces the counter compares it.
                    StoredSignatureCounter = 0,
                    IsUserHandleOwnerOfCredentialIdCallback = (_, _) => Task.FromResult(true),
                },
                cancellationToken);
            await Untyped(asserting);
            return new PasskeyUse(asserting.Result.SignCount, asserting.Result.IsBackedUp);
        }
        catch (Exception e) when (IsFaultOfTheAnswer(e))
        {
            return null;
        }
    }

    // The worker looks at every type of the app when it starts, and an awaiter with a type of the library would load the library then.
    private static Task Untyped(Task task) => task;

    // What parsers throw at bytes that make no sense.
    private static bool IsFaultOfTheAnswer(Exception e) =>
        e is Fido2VerificationException or CborContentException or AsnContentException or JsonException or FormatException
            or CryptographicException or ArgumentException or InvalidCastException or KeyNotFoundException or InvalidOperationException
            or OverflowException;

    /// <summary>
    /// The authenticator data of an attestation. Its statement about the authenticator's model is not read, because nobody asked for it.
    /// </summary>
    private static byte[]? ReadAuthenticatorData(byte[] attestation)
    {
        var reader = new CborReader(attestation, CborConformanceMode.Lax);
        byte[]? data = null;
        for (var members = reader.ReadStartMap(); members > 0; members--)
        {
            if (reader.ReadTextString() is "authData")
            {
                data = reader.ReadByteString();
            }
            else
            {
                reader.SkipValue();
            }
        }

        reader.ReadEndMap();
        return reader.BytesRemaining == 0 ? data : null;
    }

    private static byte[] WithoutStatement(byte[] data) => new CborMap
    {
        { "fmt", "none" },
        { "attStmt", new CborMap() },
        { "authData", data },
    }.Encode();

    private static bool Contains(byte[] data, byte[] id) =>
        BinaryPrimitives.ReadUInt16BigEndian(data.AsSpan(IdLengthAt)) == id.Length
        && data.AsSpan(IdAt).StartsWith(id);

    /// <summary>
    /// Whether a signature is spelt as the standard says (WebAuthn Level 3 §6.5.5). The library takes other spellings of the two numbers of
    /// ES256.
    /// </summary>
    private static bool IsExact(byte[] signature, byte[] publicKey)
    {
        if (KeyTypeOf(publicKey) is not Elliptic)
        {
            return true;
        }

        var reader = new AsnReader(signature, AsnEncodingRules.DER);
        var numbers = reader.ReadSequence();
        numbers.ReadIntegerBytes();
        numbers.ReadIntegerBytes();
        return !numbers.HasData && !reader.HasData;
    }

    private static int? KeyTypeOf(byte[] publicKey)
    {
        var reader = new CborReader(publicKey, CborConformanceMode.Lax);
        for (var members = reader.ReadStartMap(); members > 0; members--)
        {
            if (reader.ReadInt32() == KeyType)
            {
                return reader.ReadInt32();
            }

            reader.SkipValue();
        }

        return null;
    }

    /// <summary>Whether a page of ours, and not one in another's frame, has asked. The library compares origins less strictly.</summary>
    private bool IsOurs(byte[] clientData)
    {
        using var document = JsonDocument.Parse(clientData, new JsonDocumentOptions { AllowDuplicateProperties = false });
        var client = document.RootElement;
        return client.TryGetProperty("origin", out var origin)
            && origins.Contains(origin.GetString() ?? "")
            && (!client.TryGetProperty("crossOrigin", out var cross) || cross.ValueKind is JsonValueKind.False)
            && !client.TryGetProperty("topOrigin", out _);
    }

    private CredentialCreateOptions OptionsFor(byte[] challenge, string accountId) => new()
    {
        Rp = new PublicKeyCredentialRpEntity(relyingPartyId, product, null),
        User = new Fido2User { Id = PasskeyCredential.HandleOf(accountId), Name = accountId, DisplayName = accountId },
        Challenge = challenge,
        PubKeyCredParams = [.. PasskeyCeremonies.Algorithms.Select(algorithm => new PubKeyCredParam((COSE.Algorithm)algorithm))],
        AuthenticatorSelection = new Selection { UserVerification = UserVerificationRequirement.Required },
    };
}
