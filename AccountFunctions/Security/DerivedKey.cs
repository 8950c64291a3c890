using System.Security.Cryptography;
using System.Text;

namespace AccountFunctions.Security;

/// <summary>Derives a separate key for each use from one secret in the settings (HKDF, RFC 5869).</summary>
internal static class DerivedKey
{
    public static byte[] From(string base64Secret, string use) =>
        HKDF.DeriveKey(HashAlgorithmName.SHA256, Convert.FromBase64String(base64Secret), 32, info: Encoding.UTF8.GetBytes(use));
}
