using System.Globalization;
using System.Net;
using System.Text;
using AccountFunctions.Email;

namespace AccountFunctions.Documentation;

/// <summary>The page that shows every mail as HTML and as text, in the language that <c>?language=</c> names.</summary>
public sealed class MailGallery(EmailSamples samples)
{
    /// <inheritdoc cref="DocumentationPages.SwaggerUi"/>
    /// <param name="language">One of <see cref="EmailLanguage.Supported"/>; any other value shows the first.</param>
    public WebFile Write(string root, string? language)
    {
        var shown = EmailLanguage.Supported.FirstOrDefault(supported => supported == language) ?? EmailLanguage.Supported[0];
        var body = new StringBuilder($"""
            <body class="gallery">
            <header>
            <h1>Mail gallery</h1>
            <p><a href="{root}docs">API documentation</a></p>
            <nav aria-label="Languages">

            """);
        foreach (var supported in EmailLanguage.Supported)
        {
            var current = supported == shown ? " aria-current=\"page\"" : "";
            body.Append(null, $"<a href=\"?language={supported}\" hreflang=\"{supported}\"{current}>{Name(supported)}</a>\n");
        }

        body.Append(null, $"</nav>\n</header>\n<main>\n<h2>{Name(shown)}</h2>\n<ol>\n");
        foreach (var (trigger, mail) in samples.Write(shown))
        {
            var attributes = $"lang=\"{shown}\" dir=\"auto\"";
            body.Append(null, $"""
                <li><article>
                <h3 {attributes}>{Encode(mail.Subject)}</h3>
                <p>{Encode(trigger)}</p>
                <iframe sandbox="allow-same-origin" title="{Encode(mail.Subject)}" loading="lazy" srcdoc="{Encode(mail.Html)}"></iframe>
                <details><summary>Plain text</summary><p class="text" {attributes}>{Encode(mail.PlainText)}</p></details>
                </article></li>

                """);
        }

        return DocumentationPages.PageWithMails(root, "Mail gallery", body.Append("</ol>\n</main>").ToString());
    }

    private static string Name(string language) => $"{Encode(CultureInfo.GetCultureInfo(language).NativeName)} ({language})";

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
