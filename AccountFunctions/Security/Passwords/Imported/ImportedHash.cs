using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace AccountFunctions.Security.Passwords.Imported;

/// <summary>
/// A password hash that another system made, as the import stores it: a PHC string behind a word that says what that system hashes, such as
/// <c>raw$pbkdf2-sha256$i=600000$salt$tag</c>, base64 without padding.
/// </summary>
public sealed class ImportedHash
{
    private const int MinSaltBytes = 8;
    private const int MaxSaltBytes = 64;
    private const int MinTagBytes = 16;
    private const int MaxTagBytes = 128;
    private const int MaxStored = 1024;
    private const string Length = "l";
    private readonly Dictionary<string, string> parameters;
    private readonly ImportedScheme scheme;

    private ImportedHash(string name, string text, ImportedScheme scheme, Dictionary<string, string> parameters, byte[] salt, byte[] tag)
    {
        (Form, Name, this.scheme, this.parameters, Salt, Tag) = (text, name, scheme, parameters, salt, tag);
    }

    /// <summary>What was hashed: <c>raw</c>, the password as typed; <c>trim</c>, without white space around it; empty, in NFKC.</summary>
    public string Form { get; }

    /// <summary>The name of the scheme.</summary>
    public string Name { get; }

    public byte[] Salt { get; }

    public byte[] Tag { get; }

    /// <summary>What a run needs.</summary>
    public int MemoryKiB => scheme.MemoryKiB(this);

    /// <summary>
    /// Whether a run is valid and within what this app is willing to spend on a stored hash: at most 128 MiB, and a second or so.
    /// </summary>
    public bool IsWithinCeilings => scheme.IsWithinCeilings(this);

    /// <summary>What its runs cost: the text without salt, tag and secrets, but with the length of the tag.</summary>
    public string Cost =>
        $"{Form}${Name}${string.Concat(scheme.Numbers.Select(name => $"{name}={this[name]},"))}{Length}={Tag.Length}";

    /// <summary>A number among the parameters; 0 if it is missing or too long for a cost.</summary>
    internal int this[string parameter] =>
        parameters.TryGetValue(parameter, out var text)
        && text.Length <= 8
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;

    public static bool TryParse(string stored, [NotNullWhen(true)] out ImportedHash? hash)
    {
        hash = stored.Length <= MaxStored
            && stored.Split('$') is [("raw" or "trim" or "") and var form, var name, var parameters, var salt, var tag]
            && ImportedScheme.Find(name) is { } scheme
            && Decode(salt) is { Length: >= MinSaltBytes and <= MaxSaltBytes } saltBytes
            && Decode(tag) is { Length: >= MinTagBytes and <= MaxTagBytes } tagBytes
                ? new ImportedHash(name, form, scheme, Read(parameters), saltBytes, tagBytes)
                : null;
        return hash is not null;
    }

    /// <summary>A hash that no password matches, and whose runs cost this much (<see cref="Cost"/>).</summary>
    public static bool TryParseCost(string cost, [NotNullWhen(true)] out ImportedHash? hash)
    {
        var length = cost.Split(',', '$').FirstOrDefault(part => part.StartsWith($"{Length}=", StringComparison.Ordinal));
        hash = int.TryParse(length?[2..], NumberStyles.None, CultureInfo.InvariantCulture, out var bytes)
            && bytes <= MaxTagBytes
            && TryParse($"{cost}${Encode(new byte[16])}${Encode(new byte[bytes])}", out var parsed)
            && parsed.IsWithinCeilings ? parsed : null;
        return hash is not null;
    }

    /// <summary>Base64 without padding.</summary>
    public static string Encode(ReadOnlySpan<byte> bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    /// <summary>Whether this is the hash of a password. Takes the same time whatever the outcome.</summary>
    internal bool Matches(string password, Func<Argon2Hash, IArgon2Engine> engineFor)
    {
        var bytes = Encoding.UTF8.GetBytes(Form switch
        {
            "raw" => password,
            "trim" => password.Trim(),
            _ => password.Normalize(NormalizationForm.FormKC),
        });
        var derived = scheme.Derive(bytes, this, engineFor);
        var isEqual = CryptographicOperations.FixedTimeEquals(derived, Tag);
        CryptographicOperations.ZeroMemory(bytes);
        CryptographicOperations.ZeroMemory(derived);
        return isEqual;
    }

    /// <summary>A parameter that is no number; empty if it is missing or no base64.</summary>
    internal byte[] BytesOf(string parameter) => Decode(parameters.GetValueOrDefault(parameter, "").TrimEnd('=')) ?? [];

    private static Dictionary<string, string> Read(string text) => text
        .Split(',', StringSplitOptions.RemoveEmptyEntries)
        .Select(parameter => parameter.Split('=', 2))
        .GroupBy(parts => parts[0])
        .ToDictionary(group => group.Key, group => group.First().ElementAtOrDefault(1) ?? "");

    private static byte[]? Decode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out var length) ? bytes[..length] : null;
    }
}
