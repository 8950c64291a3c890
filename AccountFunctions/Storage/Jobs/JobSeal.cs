using System.Security.Cryptography;
using System.Text;

namespace AccountFunctions.Storage.Jobs;

/// <summary>
/// Seals the messages of queues. A message can stay for days after the account it names, and only a holder of the key can read that name.
/// Each message has a key of its own, HKDF (RFC 5869) of a random salt, under which AES-256-GCM (NIST SP 800-38D) runs once.
/// </summary>
/// <param name="keys">Secrets of 32 bytes. The first seals; all open. Without any, the seal only reads what is not sealed.</param>
public sealed class JobSeal(params IReadOnlyList<byte[]> keys)
{
    // Text, because the Functions host hands messages to the worker as text. No JSON begins like this.
    private const string Prefix = "sealed.";
    private const int SaltBytes = 16;
    private const int TagBytes = 16;
    private static readonly byte[] Nonce = new byte[12];

    /// <param name="queue">The message can be opened as one of this queue only.</param>
    public string Seal(ReadOnlySpan<byte> message, string queue)
    {
        var whole = new byte[SaltBytes + TagBytes + message.Length];
        var salt = whole.AsSpan(0, SaltBytes);
        RandomNumberGenerator.Fill(salt);
        using var cipher = new AesGcm(KeyOf(keys[0], salt), TagBytes);
        cipher.Encrypt(
            Nonce, message, whole.AsSpan(SaltBytes + TagBytes), whole.AsSpan(SaltBytes, TagBytes), Encoding.UTF8.GetBytes(queue));
        return Prefix + Convert.ToBase64String(whole);
    }

    /// <summary>The message itself. One that is not sealed returns as it is: version 1.0.0 sent such ones.</summary>
    /// <exception cref="CryptographicException">The message was sealed with another key, for another queue, or was changed.</exception>
    /// <exception cref="FormatException">The message only looks like a sealed one.</exception>
    public BinaryData Open(BinaryData message, string queue)
    {
        var text = message.ToString();
        if (!text.StartsWith(Prefix, StringComparison.Ordinal))
        {
            return message;
        }

        var whole = Convert.FromBase64String(text[Prefix.Length..]);
        if (whole.Length < SaltBytes + TagBytes)
        {
            throw new FormatException("The sealed message is too short.");
        }

        foreach (var key in keys)
        {
            if (TryOpen(key, whole, queue) is { } opened)
            {
                return BinaryData.FromBytes(opened);
            }
        }

        throw new CryptographicException("The message is not sealed with a key that the app knows: has Codes__Key changed?");
    }

    private static byte[]? TryOpen(byte[] key, ReadOnlySpan<byte> whole, string queue)
    {
        var message = new byte[whole.Length - SaltBytes - TagBytes];
        using var cipher = new AesGcm(KeyOf(key, whole[..SaltBytes]), TagBytes);
        try
        {
            cipher.Decrypt(
                Nonce, whole[(SaltBytes + TagBytes)..], whole.Slice(SaltBytes, TagBytes), message, Encoding.UTF8.GetBytes(queue));
            return message;
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
