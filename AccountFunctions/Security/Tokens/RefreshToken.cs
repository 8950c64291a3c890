using System.Buffers.Binary;
using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace AccountFunctions.Security.Tokens;

/// <summary>
/// A refresh token, opaque to clients. It names its session and its place in the session's chain of tokens, so the app finds it without a
/// scan. It carries 256 secret bits, of which the app stores only <see cref="Hash"/>.
/// </summary>
public sealed record RefreshToken(string AccountId, string SessionId, int Counter, byte[] Secret)
{
    private const int IdBytes = 16;
    private const int SecretBytes = 32;
    private const int Length = IdBytes + IdBytes + sizeof(int) + SecretBytes;

    /// <summary>SHA-256 of the secret in lower-case hex. The secret is random, so it needs neither a salt nor a slow hash.</summary>
    public string Hash => Convert.ToHexStringLower(SHA256.HashData(Secret));

    public static RefreshToken First(string accountId, string sessionId) =>
        new(accountId, sessionId, 0, RandomNumberGenerator.GetBytes(SecretBytes));

    public static bool TryParse(string text, [NotNullWhen(true)] out RefreshToken? token)
    {
        Span<byte> bytes = stackalloc byte[Length + 1];
        token = null;
        if (!Base64Url.IsValid(text) || !Base64Url.TryDecodeFromChars(text, bytes, out var length) || length != Length)
        {
            return false;
        }

        token = new(
            Convert.ToHexStringLower(bytes[..IdBytes]),
            Convert.ToHexStringLower(bytes.Slice(IdBytes, IdBytes)),
            BinaryPrimitives.ReadInt32BigEndian(bytes[(2 * IdBytes)..]),
            bytes.Slice(Length - SecretBytes, SecretBytes).ToArray());
        return true;
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        Convert.FromHexString(AccountId, bytes, out _, out _);
        Convert.FromHexString(SessionId, bytes[IdBytes..], out _, out _);
        BinaryPrimitives.WriteInt32BigEndian(bytes[(2 * IdBytes)..], Counter);
        Secret.CopyTo(bytes[(Length - SecretBytes)..]);
        return Base64Url.EncodeToString(bytes);
    }
}
