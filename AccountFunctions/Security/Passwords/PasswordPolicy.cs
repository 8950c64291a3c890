using System.Text;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Contract.Values;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security.Passwords;

/// <summary>
/// Decides which passwords are acceptable (OWASP ASVS 5.0 V6.2, NIST SP 800-63B-4 §3.1.1.2): long enough, and not among those that
/// attackers try first. There are no composition rules, because they make passwords worse. Lengths count code points of the NFKC form,
/// which is also what the app hashes.
/// </summary>
public sealed class PasswordPolicy(IOptions<PasswordOptions> passwords, ProductName productName)
{
    private const int RunLength = 4;
    private const int ShortestWord = 3;

    // Rows of keyboards and the alphabet.
    private static readonly string[] Rows =
    [
        "abcdefghijklmnopqrstuvwxyz", "01234567890",
        "qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn",
        "1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik9ol0p", "1q2w3e4r5t6y7u8i9o0p", "!@#$%^&*()",
    ];

    private readonly PasswordOptions options = passwords.Value;
    private readonly string product = Letters(productName.Value);

    /// <summary>The <see cref="FieldError"/> that a new password is refused for, or null.</summary>
    /// <param name="personal">What an attacker may know about the owner: address and names.</param>
    public string? Check(string password, params IEnumerable<string> personal)
    {
        if (!UnicodeText.IsWellFormed(password))
        {
            return FieldError.Invalid;
        }

        if (IsTooLong(password))
        {
            return FieldError.TooLong;
        }

        var plain = password.Normalize(NormalizationForm.FormKC).ToLowerInvariant();
        return plain.EnumerateRunes().Count() < options.MinimumLength ? FieldError.TooShort
            : IsCommon(plain) ? FieldError.TooCommon
            : IsSimilar(plain, personal) ? FieldError.TooSimilar
            : null;
    }

    /// <summary>Call it before computing or looking up anything for a password. Over-long passwords are refused, never truncated.</summary>
    public bool IsTooLong(string password) =>
        password.Length > 4 * options.MaximumLength
        || (UnicodeText.IsWellFormed(password)
            && password.Normalize(NormalizationForm.FormKC).EnumerateRunes().Count() > options.MaximumLength);

    private static bool IsCommon(string plain) =>
        CommonPasswords.Contain(plain)
        || (Unit(plain) is var unit && unit.Length < plain.Length && (unit.Length <= RunLength || CommonPasswords.Contain(unit)))
        || CountRuns(plain) * RunLength <= plain.Length;

    // The shortest text that repeats to form the password; the password itself if none does.
    private static string Unit(string plain) => plain[..(plain + plain).IndexOf(plain, 1, StringComparison.Ordinal)];

    // The fewest pieces that make up the password, where a piece repeats one character or walks along a row in either direction.
    private static int CountRuns(string plain)
    {
        var runs = 0;
        for (var start = 0; start < plain.Length; runs++)
        {
            start += Rows.Max(
                row => Math.Max(Walk(plain, start, row, 1), Math.Max(Walk(plain, start, row, -1), Walk(plain, start, row, 0))));
        }

        return runs;
    }

    private static int Walk(string plain, int start, string row, int step)
    {
        var length = 1;
        var place = row.IndexOf(plain[start]);
        while (start + length < plain.Length
            && (step == 0
                ? plain[start + length] == plain[start]
                : place >= 0 && row.ElementAtOrDefault(place + (step * length)) == plain[start + length]))
        {
            length++;
        }

        return length;
    }

    private bool IsSimilar(string plain, IEnumerable<string> personal)
    {
        var letters = Letters(plain);
        var core = letters.Trim("0123456789".ToCharArray());
        return personal
            .SelectMany(word => word.Split('@').Append(word))
            .Select(Letters)
            .Append(product)
            .Any(word => word.Length >= ShortestWord && (letters == word || core == word));
    }

    private static string Letters(string text) =>
        new([.. text.Normalize(NormalizationForm.FormKC).ToLowerInvariant().Where(char.IsLetterOrDigit)]);
}
