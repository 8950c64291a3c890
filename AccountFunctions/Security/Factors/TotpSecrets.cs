using System.Security.Cryptography;
using System.Text;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Contract.Values;
using Microsoft.Extensions.Options;
using OtpNet;

namespace AccountFunctions.Security.Factors;

/// <summary>
/// The secrets of authenticator apps and their codes (RFC 6238: SHA-1, 6 digits, 30 s), and the recovery codes that replace them. A row
/// stores the secret sealed for its account, and of the recovery codes only the nonce from which an HMAC-SHA-256 derives them.
/// </summary>
public sealed class TotpSecrets(IOptions<FactorOptions> options, ProductName product, TimeProvider time)
{
    /// <summary>The digits of a code.</summary>
    public const int Digits = 6;

    /// <summary>The characters of a recovery code: 50 bits in <see cref="Crockford"/>'s base32.</summary>
    public const int RecoveryCodeLength = 10;

    /// <summary>The number of recovery codes.</summary>
    public const int RecoveryCodes = 10;

    // RFC 4226 §4 recommends 160 bits.
    private const int SecretBytes = 20;
    private const int StepSeconds = 30;
    private readonly Seal seal = new(options.Value.KeysFor("totp-secret"));
    private readonly IReadOnlyList<byte[]> recoveryKeys = options.Value.KeysFor("recovery-code");

    /// <summary>A new secret, sealed for the account.</summary>
    public string New(string accountId) => Store(accountId, RandomNumberGenerator.GetBytes(SecretBytes));

    /// <summary>Seals a secret for the account.</summary>
    public string Store(string accountId, ReadOnlySpan<byte> secret) => seal.Close(secret, Context(accountId));

    /// <summary>A secret in base32; null if the text is none.</summary>
    public static byte[]? Read(string base32)
    {
        try
        {
            return Base32Encoding.ToBytes(base32.Replace(" ", "", StringComparison.Ordinal));
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>The secret in base32, as people type it into an app.</summary>
    public string Show(string accountId, string stored) => Base32Encoding.ToString(Open(accountId, stored).Secret);

    /// <summary>What the QR code for an app says (Key Uri Format of Google Authenticator).</summary>
    /// <param name="username">Names the account in the app.</param>
    public string UriOf(string accountId, string stored, string username) => new OtpUri(
        OtpType.Totp, Open(accountId, stored).Secret, username, product.Value, OtpHashMode.Sha1, Digits, StepSeconds).ToString();

    /// <summary>
    /// The time step of a code; null if the code is wrong. One step either side of the present is right, because clocks differ.
    /// </summary>
    public long? FindStep(string accountId, string stored, string code)
    {
        var totp = new Totp(Open(accountId, stored).Secret, StepSeconds, OtpHashMode.Sha1, Digits);
        var present = time.GetUtcNow().ToUnixTimeSeconds() / StepSeconds;
        long? found = null;

        // Compare with all, so that the time does not depend on the code.
        foreach (var step in new[] { present - 1, present, present + 1 })
        {
            var right = totp.ComputeTotp(DateTimeOffset.FromUnixTimeSeconds(step * StepSeconds).UtcDateTime);
            found = Equals(code, right) ? step : found;
        }

        return found;
    }

    /// <summary>The secret sealed with the current key, if an earlier one has sealed it; else null.</summary>
    public string? Reseal(string accountId, string stored)
    {
        var (secret, isCurrent) = Open(accountId, stored);
        return isCurrent ? null : Store(accountId, secret);
    }

    /// <summary>The recovery codes of a nonce, grouped as people read them.</summary>
    public IReadOnlyList<string> RecoveryCodesOf(string accountId, string nonce) =>
        [.. Places.Select(place => Crockford.Group(Derive(recoveryKeys[0], accountId, nonce, place)))];

    /// <summary>The place of a recovery code; null if it is none of the nonce.</summary>
    /// <param name="code">Without separators, in upper case.</param>
    public int? FindRecoveryCode(string accountId, string nonce, string code)
    {
        int? found = null;
        foreach (var (key, place) in recoveryKeys.SelectMany(key => Places.Select(place => (key, place))))
        {
            found = Equals(code, Derive(key, accountId, nonce, place)) ? place : found;
        }

        return found;
    }

    private static IEnumerable<int> Places => Enumerable.Range(0, RecoveryCodes);

    private static string Context(string accountId) => $"totp {accountId}";

    private static bool Equals(string code, string right) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(code), Encoding.UTF8.GetBytes(right));

    private static string Derive(byte[] key, string accountId, string nonce, int place) =>
        Crockford.Encode(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{accountId}\n{nonce}\n{place}")))[..RecoveryCodeLength];

    private (byte[] Secret, bool IsCurrent) Open(string accountId, string stored) =>
        seal.TryOpen(stored, Context(accountId), out var secret, out var isCurrent)
            ? (secret, isCurrent)
            : throw new CryptographicException("No key of the app opens the secret of a factor: has Factors__Key changed?");
}
