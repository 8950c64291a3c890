using System.Globalization;
using System.Net;

namespace AccountFunctions.Email;

/// <summary>The text of a mail. Empty lines separate its paragraphs; a code is a paragraph of its own.</summary>
public sealed record EmailText(CultureInfo Culture, EmailOptions Look, string Subject, string Text, string? Code)
{
    private const int ShortCode = 10;
    private const string CodeStyle = "margin:24px 0;padding:12px 16px;border-radius:8px;text-align:center";
    private const string ShortCodeFont = "font:bold 28px/1.3 monospace;letter-spacing:4px";
    private const string LongCodeFont = "font:bold 18px/1.5 monospace";

    public string PlainText => Text + "\n";

    /// <summary>
    /// One column that fits a phone. It sets no text or background colour, so that it is readable in light and dark mode, and loads nothing
    /// but a logo. Language and direction are also set inside the body, because many clients remove the outer elements.
    /// </summary>
    public string Html
    {
        get
        {
            var language = $"lang=\"{Culture.Name}\" dir=\"{(Culture.TextInfo.IsRightToLeft ? "rtl" : "ltr")}\"";

            // The first text of a mail is what lists of mails show beside the subject.
            var preview = Code is null or { Length: > ShortCode } ? "" : $"<div style=\"display:none\">{Code}</div>";
            var font = Code is { Length: > ShortCode } ? LongCodeFont : ShortCodeFont;
            var paragraphs = Text.Split("\n\n").Select(paragraph => paragraph == Code
                ? $"<p dir=\"ltr\" style=\"border:2px solid {Look.AccentColor};{CodeStyle};{font}\">{Code}</p>"
                : $"<p style=\"margin:16px 0\">{WebUtility.HtmlEncode(paragraph)}</p>");
            var product = WebUtility.HtmlEncode(Look.ProductName);
            var name = Look.LogoUrl is ""
                ? product
                : $"<img src=\"{WebUtility.HtmlEncode(Look.LogoUrl)}\" alt=\"{product}\" height=\"40\" style=\"display:block\"/>";
            return $"<!DOCTYPE html><html {language}><head><meta charset=\"utf-8\"/>"
                + "<meta name=\"viewport\" content=\"width=device-width\"/>"
                + "<meta name=\"format-detection\" content=\"telephone=no,date=no,address=no,email=no,url=no\"/>"
                + "<meta name=\"color-scheme\" content=\"light dark\"/><meta name=\"supported-color-schemes\" content=\"light dark\"/>"
                + $"<title>{WebUtility.HtmlEncode(Subject)}</title></head><body style=\"margin:0\">{preview}"
                + $"<div {language} role=\"article\" style=\"max-width:520px;margin:auto;padding:24px 16px;"
                + $"border-top:4px solid {Look.AccentColor};font:16px/1.5 system-ui,sans-serif\">"
                + $"<h1 style=\"margin:0;font-size:20px\">{name}</h1>"
                + $"{string.Concat(paragraphs)}</div></body></html>";
        }
    }
}
