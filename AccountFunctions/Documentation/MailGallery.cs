using System.Net;
using System.Text;
using AccountFunctions.Email;

namespace AccountFunctions.Documentation;

/// <summary>The page that shows every mail as HTML and as text, by language; only one language with <c>?language=</c>.</summary>
public sealed class MailGallery(EmailSamples samples)
{
    /// <inheritdoc cref="DocumentationPages.SwaggerUi"/>
    public WebFile Write(string root, string? language)
    {
        var groups = samples.Write().GroupBy(mail => mail.Culture).ToList();
        var shown = groups.Where(group => language is null or "" || group.Key.Name == language);
        var body = new StringBuilder($"""
            <body class="gallery">
            <header>
            <h1>Gallery of mails</h1>
            <p><a href="{root}docs">API documentation</a></p>
            <nav aria-label="Languages"><a href="{root}docs/mails">All</a>

            """);
        groups.ForEach(group => body.Append(
            null, $"<a href=\"?language={group.Key.Name}\" hreflang=\"{group.Key.Name}\">"
                + $"{Encode(group.Key.NativeName)} ({group.Key.Name})</a>\n"));
        body.Append("</nav>\n</header>\n<main>\n");
        foreach (var group in shown)
        {
            body.Append(null, $"<h2>{Encode(group.Key.NativeName)} ({group.Key.Name})</h2>\n<ol>\n");
            foreach (var mail in group)
            {
                var attributes = $"lang=\"{group.Key.Name}\" dir=\"auto\"";
                body.Append(null, $"""
                    <li><article>
                    <h3 {attributes}>{Encode(mail.Subject)}</h3>
                    <iframe sandbox title="{Encode(mail.Subject)}" loading="lazy" srcdoc="{Encode(mail.Html)}"></iframe>
                    <details><summary>Plain text</summary><p class="text" {attributes}>{Encode(mail.PlainText)}</p></details>
                    </article></li>

                    """);
            }

            body.Append("</ol>\n");
        }

        return DocumentationPages.PageWithMails(root, "Gallery of mails", body.Append("</main>").ToString());
    }

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
