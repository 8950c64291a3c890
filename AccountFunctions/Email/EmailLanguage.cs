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
    /// The language that the client prefers (RFC 9110 §12.5.4), looked up by removing subtags from the end (RFC 4647 §3.4); null if none is
    /// supported.
    /// </summary>
    public static string? Choose(string? acceptLanguage) => (acceptLanguage ?? "").Split(',', MaxRanges + 1)
        .Take(MaxRanges)
        .Select(text => StringWithQualityHeaderValue.TryParse(text, out var range) ? range : null)
        .Where(range => range is { Quality: null or > 0 })
        .OrderByDescending(range => range?.Quality ?? 1)
        .Select(range => Find(range?.Value ?? ""))
        .FirstOrDefault(language => language is not null);

    /// <summary>The supported language for a tag like <c>de-AT</c> or <c>de_AT</c>; null if there is none.</summary>
    public static string? Find(string tag)
    {
        tag = tag.Replace('_', '-');
        for (var end = tag.Length; end > 0; end = tag.LastIndexOf('-', end - 1))
        {
            var length = end;
            bool IsPrefix(string language) => tag.AsSpan(0, length).Equals(language, StringComparison.OrdinalIgnoreCase);
            if (Supported.FirstOrDefault(IsPrefix) is { } found)
            {
                return found;
            }
        }

        // Chinese without a script means simplified, except in regions that write traditional Chinese.
        return tag.ToUpperInvariant() is "ZH" or "ZH-CN" or "ZH-SG" ? "zh-Hans" : null;
    }
}
