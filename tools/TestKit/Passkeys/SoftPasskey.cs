using System.Formats.Cbor;
using System.Security.Cryptography;
using NSec.Cryptography;

namespace TestKit;

/// <summary>A passkey of a <see cref="SoftAuthenticator"/>.</summary>
public sealed class SoftPasskey
{
    public const int ES256 = -7;
    public const int EdDSA = -8;
    public const int RS256 = -257;

    private readonly Func<byte[], byte[]> sign;

    /// <param name="algorithm">One of the constants.</param>
    public SoftPasskey(byte[] id, byte[] userHandle, int algorithm)
    {
        (Id, UserHandle, Algorithm) = (id, userHandle, algorithm);
        (PublicKey, sign) = algorithm switch
        {
            ES256 => NewElliptic(),
            EdDSA => NewEdwards(),
            RS256 => NewRsa(),
            _ => throw new ArgumentOutOfRangeException(nameof(algorithm)),
        };
    }

    public byte[] Id { get; }

    public byte[] UserHandle { get; }

    public int Algorithm { get; }

    /// <summary>The COSE key (RFC 9052 §7).</summary>
    public byte[] PublicKey { get; }

    public byte[] Sign(byte[] data) => sign(data);

    private static (byte[] Key, Func<byte[], byte[]> Sign) NewElliptic()
    {
        var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var point = key.ExportParameters(includePrivateParameters: false).Q;
        return (
            Encode((1, 2), (3, ES256), (-1, 1), (-2, point.X), (-3, point.Y)),
            data => key.SignData(data, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence));
    }

    private static (byte[] Key, Func<byte[], byte[]> Sign) NewEdwards()
    {
        var key = Key.Create(SignatureAlgorithm.Ed25519);
        return (
            Encode((1, 1), (3, EdDSA), (-1, 6), (-2, key.Export(KeyBlobFormat.RawPublicKey))),
            data => SignatureAlgorithm.Ed25519.Sign(key, data));
    }

    private static (byte[] Key, Func<byte[], byte[]> Sign) NewRsa()
    {
        var key = RSA.Create(2048);
        var numbers = key.ExportParameters(includePrivateParameters: false);
        return (
            Encode((1, 3), (3, RS256), (-1, numbers.Modulus), (-2, numbers.Exponent)),
            data => key.SignData(data, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1));
    }

    private static byte[] Encode(params (int Label, object? Value)[] members)
    {
        var writer = new CborWriter(CborConformanceMode.Ctap2Canonical);
        writer.WriteStartMap(members.Length);
        foreach (var (label, value) in members)
        {
            writer.WriteInt32(label);
            if (value is byte[] bytes)
            {
                writer.WriteByteString(bytes);
            }
            else
            {
                writer.WriteInt32((int)value!);
            }
        }

        writer.WriteEndMap();
        return writer.Encode();
    }
}
