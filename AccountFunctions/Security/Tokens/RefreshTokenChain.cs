using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using AccountFunctions.Security.Codes;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security.Tokens;

/// <summary>
/// The tokens of a session, each an HMAC of the one before. Without storing any token, the app can repeat a successor whose answer was
/// lost, and recognise an old token as genuine. Without the key, a thief cannot compute the next token.
/// </summary>
public sealed class RefreshTokenChain(IOptions<CodeOptions> options)
{
    // A session of 90 days, refreshed every 15 minutes, has 8,640 tokens.
    private const int MaxSteps = 10_000;
    private readonly byte[] key = DerivedKey.From(options.Value.Key, "refresh-token");

    public RefreshToken Next(RefreshToken token)
    {
        Span<byte> message = stackalloc byte[token.Secret.Length + token.SessionId.Length + sizeof(int)];
        token.Secret.CopyTo(message);
        Encoding.ASCII.GetBytes(token.SessionId, message[token.Secret.Length..]);
        BinaryPrimitives.WriteInt32BigEndian(message[^sizeof(int)..], token.Counter + 1);
        return token with { Counter = token.Counter + 1, Secret = HMACSHA256.HashData(key, message) };
    }

    /// <summary>
    /// Whether <paramref name="token"/> is the one at <paramref name="counter"/>, whose hash is stored, or an earlier one.
    /// </summary>
    public bool LeadsTo(RefreshToken token, int counter, string hash)
    {
        if (token.Counter < 0 || token.Counter > counter || counter - token.Counter > MaxSteps)
        {
            return false;
        }

        while (token.Counter < counter)
        {
            token = Next(token);
        }

        return CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(token.Hash), Encoding.ASCII.GetBytes(hash));
    }
}
