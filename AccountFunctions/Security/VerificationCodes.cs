using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security;

/// <summary>What a mailed code is good for; a code of one purpose is worth nothing for another.</summary>
public enum CodePurpose
{
    Activation,
    Reset,
}

/// <summary>
/// Mailed codes. A row stores a random nonce; the code is an HMAC-SHA-256 of purpose, address and nonce cut to decimal digits, so that a copy
/// of tables and queues yields no code, and a mail that is written twice shows the same one.
/// </summary>
public sealed class VerificationCodes(IOptions<CodeOptions> options)
{
    private readonly byte[] key = DerivedKey.From(options.Value.Key, "verification-code");
    private readonly int digits = options.Value.Digits;

    /// <summary>128 random bits in hexadecimal.</summary>
    public static string NewNonce() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <param name="addressKey"><see cref="Accounts.EmailAddress.Key"/>.</param>
    public string Derive(CodePurpose purpose, string addressKey, string nonce)
    {
        var range = (ulong)Math.Pow(10, digits);
        var limit = ulong.MaxValue - (ulong.MaxValue % range);
        var message = Encoding.UTF8.GetBytes($"{purpose}\n{addressKey}\n{nonce}");
        Span<byte> mac = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, message, mac);

        // Rejection keeps every code equally likely; a refused value is hashed on.
        ulong value;
        while ((value = BinaryPrimitives.ReadUInt64BigEndian(mac)) >= limit)
        {
            HMACSHA256.HashData(key, mac, mac);
        }

        return (value % range).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
    }

    /// <summary>Compares in time that does not depend on the code. Only ASCII digits of the configured number ever match.</summary>
    public bool Matches(string code, CodePurpose purpose, string addressKey, string nonce) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(code), Encoding.UTF8.GetBytes(Derive(purpose, addressKey, nonce)));
}
