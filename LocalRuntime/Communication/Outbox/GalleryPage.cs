using System.Globalization;
using System.Net;
using Azure.Communication.Email;

namespace LocalRuntime.Communication;

/// <summary>The page that shows the app's sample mails, by language, as HTML and as text: <c>/outbox/gallery</c>, one language at a time with <c>?language=</c>.</summary>
internal static class GalleryPage
{
    public static string Write(IEnumerable<EmailMessage> samples, string? language)
    {
        var groups = samples.GroupBy(sample => sample.Headers["Content-Language"]).ToList();
        var shown = groups.Where(group => language is null or "" || group.Key == language);
        var page = OutboxPage.Begin("Gallery of mails", "/outbox.css").Append("""
            <body class="gallery">
              <header>
                <h1>Gallery of mails</h1>
                <p><a href="/">Start</a> · <a href="/outbox">Outbox</a></p>
                <nav aria-label="Languages"><a href="/outbox/gallery">All</a>
            """);
        groups.ForEach(group => page.Append(CultureInfo.InvariantCulture, $" <a href=\"?language={Encode(group.Key)}\" hreflang=\"{Encode(group.Key)}\">{Encode(Name(group.Key))}</a>"));
        page.Append("</nav>\n</header>\n<main>\n");
        foreach (var group in shown)
        {
            page.Append(CultureInfo.InvariantCulture, $"<h2>{Encode(Name(group.Key))}</h2>\n<ol>\n");
            foreach (var sample in group)
            {
                var attributes = $"lang=\"{Encode(group.Key)}\" dir=\"auto\"";
                page.Append(CultureInfo.InvariantCulture, $"""
                    <li><article>
                    <h3 class="subject" {attributes}>{Encode(sample.Content.Subject)}</h3>
                    <iframe sandbox title="{Encode(sample.Content.Subject)}" loading="lazy" srcdoc="{Encode(sample.Content.Html)}"></iframe>
                    <details><summary>Plain text</summary><p class="text" {attributes}>{Encode(sample.Content.PlainText)}</p></details>
                    </article></li>

                    """);
            }

            page.Append("</ol>\n");
        }

        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static string Name(string language) => $"{CultureInfo.GetCultureInfo(language).NativeName} ({language})";

    private static string Encode(string? text) => WebUtility.HtmlEncode(text ?? "");
}
