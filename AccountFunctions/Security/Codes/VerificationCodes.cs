using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Storage.Changes;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security.Codes;

/// <summary>The purpose of a mailed code; a code of one purpose never matches for another.</summary>
public enum CodePurpose
{
    Activation,
    Reset,
    EmailChange,
}

/// <summary>
/// Mailed codes. A row stores a random nonce. The code is an HMAC-SHA-256 of purpose, address and nonce, reduced to decimal digits. So a
/// copy of tables and queues yields no code, and a mail that is written twice shows the same one.
/// </summary>
public sealed class VerificationCodes(IOptions<CodeOptions> options)
{
    private readonly CodeOptions options = options.Value;
    private readonly byte[] key = DerivedKey.From(options.Value.Key, "verification-code");
    private readonly int digits = options.Value.Digits;

    /// <summary>The number of digits of a code.</summary>
    public int Digits => digits;

    /// <summary>Gives a row a new code with all its tries and its full lifetime.</summary>
    public void Issue(CodeRow row, CodePurpose purpose, DateTimeOffset now)
    {
        Renew(row);
        row.Issued = now;
        row.Expires = now + (purpose is CodePurpose.Activation ? options.ActivationLifetime : options.ResetLifetime);
    }

    /// <summary>Gives a row a new code with all its tries, for the rest of its lifetime.</summary>
    public void Renew(CodeRow row)
    {
        row.Nonce = NewNonce();
        row.TriesLeft = options.Tries;
    }

    /// <summary>128 random bits in hexadecimal.</summary>
    public static string NewNonce() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <param name="addressKey"><see cref="EmailAddress.Key"/>.</param>
    public string Derive(CodePurpose purpose, string addressKey, string nonce)
    {
        var range = (ulong)Math.Pow(10, digits);
        var limit = ulong.MaxValue - (ulong.MaxValue % range);
        var message = Encoding.UTF8.GetBytes($"{purpose}\n{addressKey}\n{nonce}");
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, message, mac);

        // Rejection sampling keeps every code equally likely; a rejected value is hashed again.
        ulong value;
        while ((value = BinaryPrimitives.ReadUInt64BigEndian(mac)) >= limit)
        {
            HMACSHA256.HashData(key, mac, mac);
        }

        return (value % range).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }

    /// <summary>Compares in constant time. Only the configured number of ASCII digits can match.</summary>
    public bool Matches(string code, CodePurpose purpose, string addressKey, string nonce) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(code), Encoding.UTF8.GetBytes(Derive(purpose, addressKey, nonce)));
}
