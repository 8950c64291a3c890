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
    /// <summary>The cost of one run.</summary>
    public (int MemoryKiB, int Iterations, int Parallelism) Cost => (MemoryKiB, Iterations, Parallelism);

    /// <exception cref="InvalidOperationException">The text is not base64.</exception>
    public static byte[] Decode(Salt salt) => Decode(salt.Text) ?? throw new InvalidOperationException("A stored salt is not base64.");

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
