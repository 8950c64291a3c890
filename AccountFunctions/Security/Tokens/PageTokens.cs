using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security;

/// <summary>
/// Tokens that say where a list goes on: a row key with an HMAC-SHA-256 over it and its owner, so that nobody can make one up, or use
/// another's.
/// </summary>
public sealed class PageTokens(IOptions<CodeOptions> options)
{
    private const int MacLength = 16;
    private const int MaxLength = 200;
    private readonly byte[] key = DerivedKey.From(options.Value.Key, "page-token");

    /// <param name="owner">The id of the account whose list it is.</param>
    public string Create(string rowKey, string owner)
    {
        var row = Encoding.ASCII.GetBytes(rowKey);
        return Base64Url.EncodeToString([.. Sign(row, owner), .. row]);
    }

    /// <returns>The row key; null if the token is not one of this owner's.</returns>
    public string? Read(string token, string owner)
    {
        if (token.Length > MaxLength || !Base64Url.IsValid(token))
        {
            return null;
        }

        var bytes = Base64Url.DecodeFromChars(token);
        return bytes.Length > MacLength
            && CryptographicOperations.FixedTimeEquals(Sign(bytes.AsSpan(MacLength), owner), bytes.AsSpan(0, MacLength))
            ? Encoding.ASCII.GetString(bytes, MacLength, bytes.Length - MacLength)
            : null;
    }

    private ReadOnlySpan<byte> Sign(ReadOnlySpan<byte> row, string owner) =>
        HMACSHA256.HashData(key, (byte[])[.. Encoding.ASCII.GetBytes(owner), 0, .. row]).AsSpan(0, MacLength);
}
