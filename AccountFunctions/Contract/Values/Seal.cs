using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace AccountFunctions.Contract.Values;

/// <summary>
/// Seals bytes as text that only a holder of the key can read, and that nobody can change or use in another context. Each text has a key of
/// its own, HKDF (RFC 5869) of a random salt, under which AES-256-GCM (NIST SP 800-38D) runs once.
/// </summary>
/// <param name="keys">Secrets of 32 bytes. The first seals; all open.</param>
public sealed class Seal(params IReadOnlyList<byte[]> keys)
{
    private const int SaltBytes = 16;
    private const int TagBytes = 16;
    private static readonly byte[] Nonce = new byte[12];

    /// <summary>Base64 of salt, tag and ciphertext.</summary>
    /// <param name="context">The text can be opened in this context only: the associated data of the cipher.</param>
    public string Close(ReadOnlySpan<byte> content, string context)
    {
        var whole = new byte[SaltBytes + TagBytes + content.Length];
        var salt = whole.AsSpan(0, SaltBytes);
        RandomNumberGenerator.Fill(salt);
        using var cipher = new AesGcm(KeyOf(keys[0], salt), TagBytes);
        cipher.Encrypt(
            Nonce, content, whole.AsSpan(SaltBytes + TagBytes), whole.AsSpan(SaltBytes, TagBytes), Encoding.UTF8.GetBytes(context));
        return Convert.ToBase64String(whole);
    }

    /// <summary>False if the text was sealed with another key or for another context, or was changed.</summary>
    /// <param name="isCurrent">Whether the first key sealed it.</param>
    /// <exception cref="FormatException">The text is not a sealed one.</exception>
    public bool TryOpen(string text, string context, [NotNullWhen(true)] out byte[]? content, out bool isCurrent)
    {
        var whole = Convert.FromBase64String(text);
        if (whole.Length < SaltBytes + TagBytes)
        {
            throw new FormatException("The sealed text is too short.");
        }

        for (var place = 0; place < keys.Count; place++)
        {
            if (TryOpen(keys[place], whole, context) is { } opened)
            {
                (content, isCurrent) = (opened, place == 0);
                return true;
            }
        }

        (content, isCurrent) = (null, false);
        return false;
    }

    private static byte[]? TryOpen(byte[] key, byte[] whole, string context)
    {
        var content = new byte[whole.Length - SaltBytes - TagBytes];
        using var cipher = new AesGcm(KeyOf(key, whole.AsSpan(0, SaltBytes)), TagBytes);
        try
        {
            cipher.Decrypt(
                Nonce,
                whole.AsSpan(SaltBytes + TagBytes),
                whole.AsSpan(SaltBytes, TagBytes),
                content,
                Encoding.UTF8.GetBytes(context));
            return content;
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
    }

    private static byte[] KeyOf(byte[] secret, ReadOnlySpan<byte> salt)
    {
        var key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, salt, info: []);
        return key;
    }
}
