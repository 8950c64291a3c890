using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Security.Passwords.Imported;

namespace Operations.Import;

/// <summary>Brings password hashes of other systems into the form that the app stores and verifies, <see cref="ImportedHash"/>.</summary>
public static partial class ForeignHashes
{
    /// <summary>What other systems hash: the password as typed.</summary>
    public const string Raw = "raw";

    /// <summary>Without white space around it.</summary>
    public const string Trimmed = "trim";

    private const string BcryptDigits = "./ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    private const string Digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    /// <summary>The stored form of a hash; the hash itself if the app does not know it.</summary>
    /// <param name="form">What the system hashes, if its hash does not say so.</param>
    public static string Convert(string hash, string form = Raw) => Argon2Hash.Import(hash) ?? hash.Split('$') switch
    {
        // Django: the salt is text.
        ["pbkdf2_sha256", var i, var salt, var tag] => Pbkdf2(form, "sha256", i, Encode(salt), tag),
        ["pbkdf2_sha1", var i, var salt, var tag] => Pbkdf2(form, "sha1", i, Encode(salt), tag),
        ["scrypt", var n, var salt, var r, var p, var tag] => Scrypt(form, n, r, p, Encode(salt), tag),
        ["argon2", .. var phc] => Convert($"${string.Join('$', phc)}", form),
        ["bcrypt", "", .. var modular] => Convert($"${string.Join('$', modular)}", form),
        ["bcrypt_sha256", "", "2a" or "2b" or "2y", var cost, { Length: 53 } digits] => Bcrypt(form, "bcrypt-sha256", cost, digits),

        // The modular crypt format of bcrypt, from its first bug-free version on.
        ["", "2a" or "2b" or "2y", var cost, { Length: 53 } digits] => Bcrypt(form, "bcrypt", cost, digits),

        // PHC strings, and passlib's, which are older.
        ["", ("argon2id" or "argon2i" or "argon2d") and var name, "v=19", var parameters, var salt, var tag] =>
            $"{form}${name}${parameters}${salt}${tag}",
        ["", "scrypt", var parameters, var salt, var tag] => $"{form}$scrypt${parameters}${salt}${tag}",
        ["", "pbkdf2", var i, var salt, var tag] => Pbkdf2(form, "sha1", i, Ab64(salt), Ab64(tag)),
        ["", "pbkdf2-sha256" or "pbkdf2-sha512" or "pbkdf2-sha1", var parameters, var salt, var tag] =>
            Pbkdf2(form, hash.Split('$')[1][7..], Rounds(parameters), Ab64(salt), Ab64(tag)),

        // Supabase writes those of Firebase so.
        ["", "fbscrypt", var parameters, var salt, var tag] => $"{form}$fbscrypt${parameters}${NoPadding(salt)}${NoPadding(tag)}",
        [_] when BetterAuth().Match(hash) is { Success: true } match =>
            $"$scrypt$ln=14,r=16,p=1${Encode(match.Groups["salt"].Value)}${FromHex(match.Groups["tag"].Value)}",
        [_] when Identity(hash, form) is { } identity => identity,
        _ => hash,
    };

    /// <summary>PBKDF2 with these base64 texts.</summary>
    public static string Pbkdf2(string form, string algorithm, string iterations, string salt, string tag) =>
        $"{form}$pbkdf2-{algorithm}$i={iterations}${NoPadding(salt)}${NoPadding(tag)}";

    /// <summary>Firebase's modified scrypt; all texts are base64.</summary>
    public static string Firebase(FirebaseParameters parameters, string salt, string tag) =>
        $"{Raw}$fbscrypt$n={parameters.MemoryCost},r={parameters.Rounds},ss={Url(parameters.SaltSeparator)},sk={Url(parameters.SignerKey)}"
            + $"${Url(salt)}${Url(tag)}";

    private static string Scrypt(string form, string n, string r, string p, string salt, string tag) =>
        int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out var cost) && cost > 0 && int.IsPow2(cost)
            ? $"{form}$scrypt$ln={int.Log2(cost)},r={r},p={p}${salt}${NoPadding(tag)}"
            : "";

    // bcrypt has a base64 of its own: 22 digits of salt, then 31 of tag.
    private static string Bcrypt(string form, string name, string cost, string digits)
    {
        var standard = string.Concat(digits.Select(digit => BcryptDigits.IndexOf(digit, StringComparison.Ordinal) is var at and >= 0
            ? Digits[at]
            : '?'));
        return $"{form}${name}$r={cost}${standard[..22]}${standard[22..]}";
    }

    // PasswordHasher of ASP.NET Core Identity: version 2 is PBKDF2-SHA1, 1,000 iterations; version 3 says what it is.
    private static string? Identity(string text, string form)
    {
        Span<byte> bytes = new byte[text.Length];
        if (!System.Convert.TryFromBase64String(text, bytes, out var length) || length < 49)
        {
            return null;
        }

        bytes = bytes[..length];
        if (bytes[0] is 0 && length is 49)
        {
            return Pbkdf2(form, "sha1", "1000", ImportedHash.Encode(bytes[1..17]), ImportedHash.Encode(bytes[17..]));
        }

        var (prf, iterations, saltLength) = (Number(bytes, 1), Number(bytes, 5), Number(bytes, 9));
        return bytes[0] is 1 && prf is <= 2 && saltLength < (uint)length - 13
            ? Pbkdf2(
                form,
                prf switch { 0 => "sha1", 1 => "sha256", _ => "sha512" },
                iterations.ToString(CultureInfo.InvariantCulture),
                ImportedHash.Encode(bytes[13..(13 + (int)saltLength)]),
                ImportedHash.Encode(bytes[(13 + (int)saltLength)..]))
            : null;

        static uint Number(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32BigEndian(bytes[at..]);
    }

    private static string Rounds(string parameters) => parameters.Split(',') is var all
        && Array.Find(all, one => one.StartsWith("i=", StringComparison.Ordinal)) is { } named ? named[2..] : parameters;

    private static string Encode(string text) => ImportedHash.Encode(Encoding.UTF8.GetBytes(text));

    private static string FromHex(string text) => ImportedHash.Encode(System.Convert.FromHexString(text));

    private static string NoPadding(string base64) => base64.TrimEnd('=');

    // passlib's base64 has a point for the plus.
    private static string Ab64(string text) => NoPadding(text.Replace('.', '+'));

    private static string Url(string base64) => NoPadding(base64.Replace('-', '+').Replace('_', '/'));

    [GeneratedRegex(@"\A(?<salt>[0-9a-f]{32}):(?<tag>[0-9a-f]{128})\z", RegexOptions.CultureInvariant)]
    private static partial Regex BetterAuth();
}

/// <summary>The parameters of a Firebase project's hashes, as its console shows them. The keys are base64.</summary>
public sealed partial record FirebaseParameters(string SignerKey, string SaltSeparator, string Rounds, string MemoryCost)
{
    /// <summary>Null: a value is missing.</summary>
    public static FirebaseParameters? Read(string text) =>
        Value(text, "base64_signer_key") is { } key
        && Value(text, "base64_salt_separator") is { } separator
        && Value(text, "rounds") is { } rounds
        && Value(text, "mem_cost") is { } cost
            ? new FirebaseParameters(key, separator, rounds, cost)
            : null;

    private static string? Value(string text, string name) =>
        Entry().Matches(text).FirstOrDefault(match => match.Groups["name"].Value == name)?.Groups["value"].Value;

    [GeneratedRegex("""(?<name>[a-z0-9_]+)"?\s*:\s*"?(?<value>[A-Za-z0-9+/=_-]+)""", RegexOptions.CultureInvariant)]
    private static partial Regex Entry();
}
