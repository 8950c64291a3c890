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
    SignIn,
    EmailChange,
}

/// <summary>
/// Mailed codes. A row stores a random nonce. The code is an HMAC-SHA-256 of purpose, address and nonce, reduced to decimal digits. So a
/// copy of tables and queues yields no code, and a mail that is written twice shows the same one. The code of a test address is fixed, but
/// good only while a row waits for it, as any other.
/// </summary>
public sealed class VerificationCodes(IOptions<CodeOptions> options, FixedCodes fixedCodes)
{
    /// <summary>The characters of a take-back code.</summary>
    public const int TakeBackLength = 26;
    private const int TakeBackBytes = 16;
    private readonly CodeOptions options = options.Value;
    private readonly byte[] key = DerivedKey.From(options.Value.Key, "verification-code");
    private readonly int digits = options.Value.Digits;

    /// <summary>The number of digits of a code.</summary>
    public int Digits => digits;

    /// <summary>How often a code may be tried.</summary>
    public int Tries => options.Tries;

    /// <summary>Gives a row a new code with all its tries and its whole life.</summary>
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

        var code = (value % range).ToString(CultureInfo.InvariantCulture).PadLeft(digits, '0');
        return fixedCodes.CodeOf(addressKey) ?? code;
    }

    /// <summary>
    /// The code that takes an account back: 128 bits in <see cref="Crockford"/>'s base32, which need no limit of tries.
    /// </summary>
    /// <param name="addressKey">Of the address that is brought back.</param>
    /// <param name="nonce">Of the move that gave it up.</param>
    public string DeriveTakeBack(string addressKey, string nonce) =>
        Crockford.Encode(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"TakeBack\n{addressKey}\n{nonce}")).AsSpan(0, TakeBackBytes));

    /// <inheritdoc cref="Matches"/>
    public bool MatchesTakeBack(string code, string addressKey, string? nonce) =>
        nonce is not null
        && CryptographicOperations.FixedTimeEquals(
            Encoding.UTF8.GetBytes(code), Encoding.UTF8.GetBytes(DeriveTakeBack(addressKey, nonce)));

    /// <summary>Compares in time that does not depend on the code. Only ASCII digits of the configured number ever match.</summary>
    public bool Matches(string code, CodePurpose purpose, string addressKey, string nonce) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(code), Encoding.UTF8.GetBytes(Derive(purpose, addressKey, nonce)));
}
