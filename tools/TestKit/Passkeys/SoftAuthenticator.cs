using System.Buffers.Binary;
using System.Buffers.Text;
using System.Formats.Cbor;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace TestKit;

/// <summary>
/// An authenticator and its browser in software (WebAuthn Level 3 §6): makes passkeys and assertions as
/// <c>PublicKeyCredential.toJSON()</c> writes them. What it says about itself and its page can be set to anything.
/// </summary>
public sealed class SoftAuthenticator
{
    public const string OurOrigin = "http://localhost:5173";

    public string Origin { get; set; } = OurOrigin;

    public string RelyingPartyId { get; set; } = "localhost";

    public bool IsPresent { get; set; } = true;

    public bool IsVerified { get; set; } = true;

    public bool IsBackupEligible { get; set; } = true;

    public bool IsBackedUp { get; set; } = true;

    /// <summary>What the counter shows next; null: the authenticator keeps none.</summary>
    public uint? Counter { get; set; }

    /// <summary>The type in the client data, if it is not that of the ceremony.</summary>
    public string? Type { get; set; }

    public bool? CrossOrigin { get; set; } = false;

    public string? TopOrigin { get; set; }

    /// <summary>The user handle, if it is not that of the passkey. Empty: none is sent.</summary>
    public byte[]? UserHandle { get; set; }

    /// <summary>The id of the next passkey; null: random.</summary>
    public byte[]? NextId { get; set; }

    /// <summary>Self attestation, as security keys give it although nobody asked.</summary>
    public bool AttestsItself { get; set; }

    /// <summary>The passkeys that it has stored.</summary>
    public IList<SoftPasskey> Passkeys { get; } = [];

    /// <summary>Makes a passkey, and the answer of a registration.</summary>
    /// <param name="options"><c>options</c> of <c>passkeys/options</c>.</param>
    /// <param name="algorithm">One of COSE's.</param>
    public JsonObject Create(JsonElement options, int algorithm = SoftPasskey.ES256)
    {
        var handle = Base64Url.DecodeFromChars(options.GetProperty("user").GetProperty("id").GetString());
        var passkey = new SoftPasskey(NextId ?? RandomNumberGenerator.GetBytes(16), handle, algorithm);
        Passkeys.Add(passkey);
        var client = ClientData("webauthn.create", options.GetProperty("challenge").GetString());
        var data = AuthenticatorData(0x40, [.. new byte[16], .. Length(passkey.Id), .. passkey.Id, .. passkey.PublicKey]);
        return Credential(passkey.Id, new JsonObject
        {
            ["clientDataJSON"] = Base64Url.EncodeToString(client),
            ["attestationObject"] = Base64Url.EncodeToString(Attestation(data, passkey, client)),
            ["authenticatorData"] = Base64Url.EncodeToString(data),
            ["publicKeyAlgorithm"] = algorithm,
            ["transports"] = new JsonArray("hybrid", "internal"),
        });
    }

    /// <summary>Signs a challenge.</summary>
    /// <param name="options"><c>options</c> of <c>login/passkey/options</c> or <c>passkeys/confirmation</c>.</param>
    /// <param name="passkey">The last one if null.</param>
    public JsonObject Get(JsonElement options, SoftPasskey? passkey = null)
    {
        passkey ??= Passkeys[^1];
        var client = ClientData("webauthn.get", options.GetProperty("challenge").GetString());
        var data = AuthenticatorData(0, []);
        var handle = UserHandle ?? passkey.UserHandle;
        var response = new JsonObject
        {
            ["clientDataJSON"] = Base64Url.EncodeToString(client),
            ["authenticatorData"] = Base64Url.EncodeToString(data),
            ["signature"] = Base64Url.EncodeToString(passkey.Sign([.. data, .. SHA256.HashData(client)])),
        };
        if (handle.Length > 0)
        {
            response["userHandle"] = Base64Url.EncodeToString(handle);
        }

        return Credential(passkey.Id, response);
    }

    private static JsonObject Credential(byte[] id, JsonObject response) => new()
    {
        ["id"] = Base64Url.EncodeToString(id),
        ["rawId"] = Base64Url.EncodeToString(id),
        ["type"] = "public-key",
        ["authenticatorAttachment"] = "platform",
        ["clientExtensionResults"] = new JsonObject { ["credProps"] = new JsonObject { ["rk"] = true } },
        ["response"] = response,
    };

    private byte[] ClientData(string type, string? challenge)
    {
        var client = new JsonObject { ["type"] = Type ?? type, ["challenge"] = challenge, ["origin"] = Origin };
        if (CrossOrigin is { } cross)
        {
            client["crossOrigin"] = cross;
        }

        if (TopOrigin is { } top)
        {
            client["topOrigin"] = top;
        }

        return Encoding.UTF8.GetBytes(client.ToJsonString());
    }

    private byte[] AuthenticatorData(int flags, byte[] made)
    {
        flags |= (IsPresent ? 0x01 : 0) | (IsVerified ? 0x04 : 0) | (IsBackupEligible ? 0x08 : 0) | (IsBackedUp ? 0x10 : 0);
        var counter = new byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(counter, Counter ?? 0);
        Counter++;
        return [.. SHA256.HashData(Encoding.UTF8.GetBytes(RelyingPartyId)), (byte)flags, .. counter, .. made];
    }

    private byte[] Attestation(byte[] data, SoftPasskey passkey, byte[] client)
    {
        var writer = new CborWriter(CborConformanceMode.Ctap2Canonical);
        writer.WriteStartMap(3);
        writer.WriteTextString("fmt");
        writer.WriteTextString(AttestsItself ? "packed" : "none");
        writer.WriteTextString("attStmt");
        writer.WriteStartMap(AttestsItself ? 2 : 0);
        if (AttestsItself)
        {
            writer.WriteTextString("alg");
            writer.WriteInt32(passkey.Algorithm);
            writer.WriteTextString("sig");
            writer.WriteByteString(passkey.Sign([.. data, .. SHA256.HashData(client)]));
        }

        writer.WriteEndMap();
        writer.WriteTextString("authData");
        writer.WriteByteString(data);
        writer.WriteEndMap();
        return writer.Encode();
    }

    private static byte[] Length(byte[] bytes) => [(byte)(bytes.Length >> 8), (byte)bytes.Length];
}
