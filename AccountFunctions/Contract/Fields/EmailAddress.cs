using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace AccountFunctions.Contract.Fields;

/// <summary>
/// An e-mail address in the one form in which it is compared (<see cref="Canonical"/>) and the one in which mail is sent to it (<see
/// cref="Mailbox"/>). Narrower than RFC 5321 on purpose: dot-atom local part in ASCII, domain of at least two labels, no quoting, no
/// literals, no comments.
/// </summary>
public sealed partial record EmailAddress
{
    public const int MaxLength = 254;

    // With white space around it.
    private const int MaxTextLength = 320;

    private EmailAddress(string local, string domain)
    {
        Mailbox = $"{local}@{domain}";
        Canonical = Mailbox.ToLowerInvariant();
        Key = KeyOf(Canonical);
    }

    /// <summary>
    /// Lower case, the domain as A-labels (IDNA). Plus tags and dots are kept: what they mean is the mail server's business.
    /// </summary>
    public string Canonical { get; }

    /// <summary>The local part as it was typed, the domain as A-labels.</summary>
    public string Mailbox { get; }

    /// <summary>Partition key of everything that concerns the address: 64 hex digits, the SHA-256 of <see cref="Canonical"/>.</summary>
    public string Key { get; }

    public static string KeyOf(string canonical) => Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes(canonical)));

    /// <summary>Outer white space is ignored: people paste addresses.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out EmailAddress? address)
    {
        address = null;

        // Before anything is normalised: a domain in Unicode is no longer than its A-labels.
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

    // IdnMapping folds full-width letters and drops invisible ones, so what counts is what it returns.
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

    // The last label starts with a letter, which keeps IPv4 addresses out.
    [GeneratedRegex(@"\A([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Domain();
}
