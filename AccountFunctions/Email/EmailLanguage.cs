using System.Net.Http.Headers;

namespace AccountFunctions.Email;

/// <summary>The languages of mails.</summary>
public static class EmailLanguage
{
    /// <summary>The length of the longest tag in practice (RFC 5646 §4.4.1).</summary>
    public const int MaxLength = 35;
    private const int MaxRanges = 20;

    /// <summary>BCP 47 tags; each has a resource file in <c>Texts</c>.</summary>
    public static IReadOnlyList<string> Supported { get; } = ["en", "ar", "de", "es", "fr", "pt", "tr", "zh-Hans"];

    /// <summary>
    /// The language that the client prefers (RFC 9110 §12.5.4); null if none is supported. A bare <c>zh</c> beside <c>zh-TW</c> does not
    /// mean simplified characters: browsers add it to every Chinese range.
    /// </summary>
    public static string? Choose(string? acceptLanguage)
    {
        var tags = (acceptLanguage ?? "").Split(',', MaxRanges + 1)
            .Take(MaxRanges)
            .Select(text => StringWithQualityHeaderValue.TryParse(text, out var range) ? range : null)
            .Where(range => range is { Quality: null or > 0 })
            .OrderByDescending(range => range?.Quality ?? 1)
            .Select(range => Subtags(range?.Value ?? ""))
            .ToList();
        var first = tags.FirstOrDefault(subtags => subtags is ["ZH", _, ..]);
        return tags.Select(subtags => Find(first is not null && subtags is ["ZH"] ? first : subtags))
            .FirstOrDefault(language => language is not null);
    }

    /// <summary>
    /// The supported language for a tag like <c>de-AT</c> or <c>de_AT</c>, in the script that its readers read; null if there is none.
    /// </summary>
    public static string? Find(string tag) => Find(Subtags(tag));

    private static string? Find(string[] subtags) =>
        Supported.FirstOrDefault(language => Subtags(language)[0] == subtags[0] && ScriptOf(Subtags(language)) == ScriptOf(subtags));

    // The script that the tag names, or the likely one of its language and region (CLDR), as far as supported languages need it.
    private static string ScriptOf(string[] subtags) =>
        subtags.Skip(1).TakeWhile(subtag => subtag.Length > 1).FirstOrDefault(subtag => subtag.Length == 4 && !char.IsDigit(subtag[0]))
            ?? (subtags[0], subtags.ElementAtOrDefault(1)) switch
            {
                ("AR", _) => "ARAB",
                ("ZH", null or "CN" or "SG") => "HANS",
                ("ZH", _) => "HANT",
                _ => "LATN",
            };

    private static string[] Subtags(string tag) => tag.Trim().ToUpperInvariant().Split('-', '_');
}
