using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace AccountFunctions.Security.Tokens;

/// <summary>
/// The P-256 keys of access tokens: one signs, the others are only published and accepted. A key's id is its RFC 7638 thumbprint.
/// </summary>
public sealed class SigningKeys
{
    private readonly Dictionary<string, ECDsaSecurityKey> keys;

    public SigningKeys(IOptions<TokenOptions> options)
    {
        if (!TryRead(options.Value.SigningKey, out var current) || !TryRead(options.Value.PreviousSigningKeys, out var previous))
        {
            throw new ArgumentException("A signing key is not a P-256 private key.", nameof(options));
        }

        Current = current[0];
        keys = current.Concat(previous).DistinctBy(key => key.KeyId).ToDictionary(key => key.KeyId);
    }

    public ECDsaSecurityKey Current { get; }

    public IReadOnlyCollection<ECDsaSecurityKey> All => keys.Values;

    /// <summary>Finds a key by its exact id; no other key is ever tried (RFC 8725 §3.10).</summary>
    public ECDsaSecurityKey? Find(string? keyId) => keyId is null ? null : keys.GetValueOrDefault(keyId);

    /// <summary>Reads every <c>PRIVATE KEY</c> block of a PEM text; false if one of them is not a P-256 private key.</summary>
    public static bool TryRead(string pem, [NotNullWhen(true)] out IReadOnlyList<ECDsaSecurityKey>? keys)
    {
        var read = new List<ECDsaSecurityKey>();
        keys = null;
        var rest = pem.AsSpan();
        while (PemEncoding.TryFind(rest, out var block))
        {
            var key = ECDsa.Create();
            try
            {
                key.ImportFromPem(rest[block.Location]);
                if (key.ExportParameters(includePrivateParameters: true)
                    is not { D: not null, Curve.Oid.FriendlyName: "nistP256" or "ECDSA_P256" })
                {
                    return false;
                }
            }
            catch (Exception e) when (e is ArgumentException or CryptographicException)
            {
                return false;
            }

            var securityKey = new ECDsaSecurityKey(key);
            securityKey.KeyId = Base64UrlEncoder.Encode(securityKey.ComputeJwkThumbprint());
            read.Add(securityKey);
            rest = rest[block.Location.End..];
        }

        // The remaining text must not contain an unreadable block.
        keys = rest.Contains("-----", StringComparison.Ordinal) ? null : read;
        return keys is not null;
    }
}
