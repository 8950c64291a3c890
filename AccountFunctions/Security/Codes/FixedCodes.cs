using System.Diagnostics.CodeAnalysis;
using AccountFunctions.Contract.Fields;

namespace AccountFunctions.Security.Codes;

/// <summary>
/// The mailed codes of test addresses. The settings fix them, and the app mails nothing to these addresses. They are for the reviewers of
/// app stores, and for checks of a deployment. Everybody may know such a code, so the account of the address is anyone's.
/// </summary>
public sealed class FixedCodes
{
    private readonly Dictionary<string, string> codes;

    private FixedCodes(IReadOnlyList<(EmailAddress Address, string Code)> entries)
    {
        codes = entries.ToDictionary(entry => entry.Address.Key, entry => entry.Code);
        Usernames = [.. entries.Select(entry => entry.Address.Canonical)];
    }

    public static FixedCodes None { get; } = new([]);

    /// <summary>The addresses in their canonical form.</summary>
    public IReadOnlyList<string> Usernames { get; }

    /// <summary>Reads <c>address=code</c>, separated by commas. An address that is listed twice is an error.</summary>
    public static bool TryParse(string text, [NotNullWhen(true)] out FixedCodes? fixedCodes)
    {
        fixedCodes = null;
        var entries = new List<(EmailAddress Address, string Code)>();
        foreach (var entry in text is "" ? [] : text.Split(',', StringSplitOptions.TrimEntries))
        {
            // The local part of an address may contain an equals sign.
            var end = entry.LastIndexOf('=');
            if (end < 0 || !EmailAddress.TryParse(entry[..end], out var address) || entry[(end + 1)..] is not [_, ..] code
                || !code.All(char.IsAsciiDigit) || entries.Exists(other => other.Address.Key == address.Key))
            {
                return false;
            }

            entries.Add((address, code));
        }

        fixedCodes = entries.Count == 0 ? None : new(entries);
        return true;
    }

    /// <param name="addressKey"><see cref="EmailAddress.Key"/>.</param>
    public bool Has(string addressKey) => codes.ContainsKey(addressKey);

    /// <summary>The code of an address; null if it is no test address.</summary>
    /// <inheritdoc cref="Has"/>
    public string? CodeOf(string addressKey) => codes.GetValueOrDefault(addressKey);

    /// <summary>Whether every code has this many digits.</summary>
    public bool HaveDigits(int digits) => codes.Values.All(code => code.Length == digits);
}
