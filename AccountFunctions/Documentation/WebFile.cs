using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;

namespace AccountFunctions.Documentation;

/// <summary>A file for a browser.</summary>
/// <param name="Policy">Its Content-Security-Policy.</param>
/// <param name="Tag">Its entity tag; null for a file that is generated for each request.</param>
public sealed record WebFile(
    ReadOnlyMemory<byte> Content,
    string ContentType,
    string Policy,
    string CacheControl = "no-store",
    string? Tag = null,
    bool IsGzip = false)
{
    // Scripts and styles may come only from the page's own origin, and no other site may frame the page.
    private const string OwnOnly =
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
        + "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

    public static WebFile Json(ReadOnlyMemory<byte> content) =>
        new(content, "application/json; charset=utf-8", "default-src 'none'; base-uri 'none'; frame-ancestors 'none'");

    /// <summary>A page that may load scripts, styles and data only from its own origin.</summary>
    public static WebFile Page(string html) => new(Encoding.UTF8.GetBytes(html), "text/html; charset=utf-8", OwnOnly);

    /// <summary>A page that shows mails in frames. The frames inherit its policy, so it allows the inline styles of mails.</summary>
    public static WebFile PageWithMails(string html) =>
        Page(html) with
        {
            Policy = OwnOnly.Replace("style-src 'self'", "style-src 'self' 'unsafe-inline'", StringComparison.Ordinal)
                .Replace("img-src 'self'", "img-src 'self' https:", StringComparison.Ordinal),
        };

    /// <summary>A file that pages refer to by <see cref="Version"/>, so browsers may cache it for a year.</summary>
    public static WebFile Asset(Stream content, string contentType)
    {
        using var buffer = new MemoryStream();
        content.CopyTo(buffer);
        var bytes = buffer.ToArray();
        var tag = $"\"{Convert.ToHexStringLower(SHA256.HashData(bytes))[..16]}\"";
        const string KeptForAYear = "public, max-age=31536000, immutable, no-transform";
        return new(bytes, contentType, OwnOnly, KeptForAYear, tag, IsGzip: bytes is [0x1F, 0x8B, ..]);
    }

    /// <summary>Changes with the content.</summary>
    public string Version => Tag?.Trim('"') ?? "";

    /// <summary>The uncompressed content.</summary>
    public ReadOnlyMemory<byte> Inflate()
    {
        if (!IsGzip)
        {
            return Content;
        }

        using var inflated = new MemoryStream();
        using var gzip = new GZipStream(new MemoryStream(Content.ToArray()), CompressionMode.Decompress);
        gzip.CopyTo(inflated);
        return inflated.ToArray();
    }
}
