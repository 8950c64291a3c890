using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using AccountFunctions.Contract.Values;

namespace AccountFunctions.Security.Passwords;

/// <summary>
/// An Argon2id hash in the PHC string format: <c>$argon2id$v=19$m=KiB,t=passes,p=lanes$salt$tag</c>, base64 without padding.
/// </summary>
public sealed partial record Argon2Hash(int MemoryKiB, int Iterations, int Parallelism, byte[] Salt, byte[] Tag)
{
    // The settings allow no more either: a hash beyond them would match no password.
    public const int MaxMemoryKiB = 256 * 1024;
    public const int MaxIterations = 10;
    public const int MaxParallelism = 8;
    private const string ExportedForm = "nfkc";
    private const int MinSaltBytes = 8;
    private const int MaxBytes = 64;
    private const int MinTagBytes = 16;

    /// <summary>
    /// Whether a run is valid (RFC 9106 §3.1) and within what this app is willing to spend on a stored hash. A row that was imported or
    /// tampered with must not keep the app busy.
    /// </summary>
    public bool IsWithinCeilings =>
        Parallelism is >= 1 and <= MaxParallelism
        && Iterations is >= 1 and <= MaxIterations
        && MemoryKiB >= 8 * Parallelism && MemoryKiB <= MaxMemoryKiB
        && Salt.Length is >= MinSaltBytes and <= MaxBytes
        && Tag.Length is >= MinTagBytes and <= MaxBytes;

    /// <summary>What a run costs.</summary>
    public (int MemoryKiB, int Iterations, int Parallelism) Cost => (MemoryKiB, Iterations, Parallelism);

    /// <summary>Null if the text is no salt that a hash may have.</summary>
    public static byte[]? Decode(Salt salt) => Decode(salt.Text) is { Length: >= MinSaltBytes and <= MaxBytes } bytes ? bytes : null;

    /// <summary>
    /// Says in a stored hash of this app what was hashed, the NFKC form, because in the files of others, a PHC string means the password as
    /// typed. Another hash says it already.
    /// </summary>
    public static string Export(string stored) =>
        stored.StartsWith("$argon2id$", StringComparison.Ordinal) ? ExportedForm + stored : stored;

    /// <summary>The stored form of an exported hash of this app; null: it is none.</summary>
    public static string? Import(string text) =>
        text.StartsWith($"{ExportedForm}$argon2id$", StringComparison.Ordinal) ? text[ExportedForm.Length..] : null;

    public static bool TryParse(string text, [NotNullWhen(true)] out Argon2Hash? hash)
    {
        hash = null;
        if (Phc().Match(text) is not { Success: true } match
            || Decode(match.Groups["salt"].Value) is not { } salt
            || Decode(match.Groups["tag"].Value) is not { } tag)
        {
            return false;
        }

        int Number(string group) => int.Parse(match.Groups[group].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture);
        hash = new Argon2Hash(Number("m"), Number("t"), Number("p"), salt, tag);
        return true;
    }

    public override string ToString() => $"$argon2id$v=19$m={MemoryKiB},t={Iterations},p={Parallelism}${Encode(Salt)}${Encode(Tag)}";

    private static string Encode(byte[] bytes) => Convert.ToBase64String(bytes).TrimEnd('=');

    private static byte[]? Decode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text.PadRight((text.Length + 3) / 4 * 4, '='), bytes, out var length) ? bytes[..length] : null;
    }

    [GeneratedRegex(
        @"\A\$argon2id\$v=19\$m=(?<m>\d{1,9}),t=(?<t>\d{1,6}),p=(?<p>\d{1,3})"
            + @"\$(?<salt>[A-Za-z0-9+/]{11,86})\$(?<tag>[A-Za-z0-9+/]{16,86})\z",
        RegexOptions.ECMAScript)]
    private static partial Regex Phc();
}
