using System.Net.Http.Headers;

namespace AccountFunctions.Functions;

/// <summary>Reads the headers about content (RFC 9110 §8.3, §8.4, §12.5).</summary>
internal static class MediaTypes
{
    // The labels of UTF-8 (https://encoding.spec.whatwg.org/#names-and-labels).
    private static readonly string[] Utf8Labels =
        ["utf-8", "utf8", "unicode-1-1-utf-8", "unicode11utf8", "unicode20utf8", "x-unicode20utf8"];

    /// <summary>Whether a body is JSON in UTF-8. Accepts empty and unknown parameters, because some clients send them.</summary>
    public static bool IsJson(string? contentType)
    {
        if (MediaTypeHeaderValue.TryParse(contentType, out var type))
        {
            return IsJson(
                type.MediaType,
                type.Parameters.Where(parameter => parameter.Name.Equals("charset", StringComparison.OrdinalIgnoreCase))
                    .Select(parameter => parameter.Value?.Trim('"') ?? ""));
        }

        // The grammar does not allow this, but clients send it.
        var parts = (contentType ?? "").Split(';', StringSplitOptions.TrimEntries);
        return IsJson(parts[0], parts.Skip(1).Select(CharsetOf).OfType<string>());
    }

    /// <summary>Whether a body is not compressed.</summary>
    public static bool IsIdentity(string? contentEncoding) =>
        Split(contentEncoding).All(coding => coding.Equals("identity", StringComparison.OrdinalIgnoreCase));

    /// <summary>Whether <c>Accept</c> names the type itself, without <c>q=0</c>.</summary>
    public static bool Accepts(string? accept, string type) => Split(accept).Any(entry =>
        MediaTypeWithQualityHeaderValue.TryParse(entry, out var media)
            && type.Equals(media.MediaType, StringComparison.OrdinalIgnoreCase)
            && media.Quality is not 0);

    /// <summary>Whether <c>Accept-Encoding</c> allows gzip, by name or by <c>*</c>.</summary>
    public static bool AcceptsGzip(string? acceptEncoding)
    {
        var codings = Split(acceptEncoding)
            .Select(entry => StringWithQualityHeaderValue.TryParse(entry, out var coding) ? coding : null)
            .OfType<StringWithQualityHeaderValue>()
            .ToList();
        var gzip = codings.Find(coding => coding.Value.Equals("gzip", StringComparison.OrdinalIgnoreCase))
            ?? codings.Find(coding => coding.Value == "*");
        return gzip is { Quality: not 0 };
    }

    /// <summary>Whether <c>If-None-Match</c> matches the tag in a weak comparison (RFC 9110 §13.1.2).</summary>
    public static bool Matches(string? ifNoneMatch, string tag) =>
        Split(ifNoneMatch).Any(entry => entry == "*" || entry == tag || entry == $"W/{tag}");

    private static bool IsJson(string? mediaType, IEnumerable<string> charsets) =>
        "application/json".Equals(mediaType, StringComparison.OrdinalIgnoreCase)
        && charsets.All(charset => charset is "" || Utf8Labels.Contains(charset, StringComparer.OrdinalIgnoreCase));

    private static string[] Split(string? header) =>
        (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    private static string? CharsetOf(string parameter) =>
        parameter.Split('=', 2, StringSplitOptions.TrimEntries) is [var name, var value]
        && name.Equals("charset", StringComparison.OrdinalIgnoreCase)
            ? value.Trim('"').Trim()
            : null;
}
