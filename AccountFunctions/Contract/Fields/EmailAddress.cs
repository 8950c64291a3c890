using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace AccountFunctions.Contract.Fields;

/// <summary>
/// An email address in the form for comparison (<see cref="Canonical"/>) and the form for sending mail (<see cref="Mailbox"/>). Stricter
/// than RFC 5321 on purpose: a dot-atom local part in ASCII and a domain of at least two labels, without quoting, literals or comments.
/// </summary>
public sealed partial record EmailAddress
{
    public const int MaxLength = 254;

    // Including white space around it.
    private const int MaxTextLength = 320;

    private EmailAddress(string local, string domain)
    {
        Mailbox = $"{local}@{domain}";
        Canonical = Mailbox.ToLowerInvariant();
        Key = KeyOf(Canonical);
    }

    /// <summary>
    /// Lower case, with the domain as A-labels (IDNA). Plus tags and dots stay, because only the mail server knows what they mean.
    /// </summary>
    public string Canonical { get; }

    /// <summary>The local part as the user typed it, with the domain as A-labels.</summary>
    public string Mailbox { get; }

    /// <summary>Partition key of everything that concerns the address: 64 hex digits, the SHA-256 of <see cref="Canonical"/>.</summary>
    public string Key { get; }

    public static string KeyOf(string canonical) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(canonical)));

    /// <summary>Ignores leading and trailing white space, because people paste addresses.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out EmailAddress? address)
    {
        address = null;

        // Check the length before normalising anything: a domain in Unicode is never longer than its A-labels.
        if (text?.Length > MaxTextLength)
        {
            return false;
        }

        var parts = text?.Trim().Split('@');
        if (parts is not [var local, var domain] || local.Length > 64 || !LocalPart().IsMatch(local) || !TryGetAscii(domain, out var ascii))
        {
            return false;
        }

        var parsed = new EmailAddress(local, ascii);
        address = parsed.Mailbox.Length <= MaxLength ? parsed : null;
        return address is not null;
    }

    // Check what IdnMapping returns, because it folds full-width letters and drops invisible ones.
    private static bool TryGetAscii(string domain, out string ascii)
    {
        ascii = "";
        try
        {
            ascii = new IdnMapping { UseStd3AsciiRules = true }.GetAscii(domain.Normalize(NormalizationForm.FormC)).ToLowerInvariant();
        }
        catch (ArgumentException)
        {
            return false;
        }

        return Domain().IsMatch(ascii);
    }

    [GeneratedRegex(@"\A[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*\z", RegexOptions.CultureInvariant)]
    private static partial Regex LocalPart();

    // The last label must start with a letter, which excludes IPv4 addresses.
    [GeneratedRegex(@"\A([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Domain();
}
