using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using AccountFunctions.Functions;
using Swashbuckle.AspNetCore.SwaggerUI;

namespace AccountFunctions.Documentation;

/// <summary>Swagger UI over the document, the error reference, and the files that both are made of.</summary>
public static partial class DocumentationPages
{
    public const string Root = $"{RouteTable.Prefix}/docs";
    private static readonly Lazy<IReadOnlyDictionary<string, WebFile>> AllAssets = new(() => new Dictionary<string, WebFile>
    {
        ["swagger-ui.css"] = FromSwagger("swagger-ui.css", "text/css; charset=utf-8"),
        ["swagger-ui-bundle.js"] = FromSwagger("swagger-ui-bundle.js", "text/javascript; charset=utf-8"),
        ["favicon-32x32.png"] = FromSwagger("favicon-32x32.png", "image/png"),
        ["docs.js"] = OfOurs("docs.js", "text/javascript; charset=utf-8"),
        ["docs.css"] = OfOurs("docs.css", "text/css; charset=utf-8"),
        ["pages.css"] = OfOurs("pages.css", "text/css; charset=utf-8"),
    });

    public static IReadOnlyDictionary<string, WebFile> Assets => AllAssets.Value;

    public static WebFile SwaggerUi() => Page(
        "API documentation",
        $"""
        <link rel="stylesheet" href="{Link("swagger-ui.css")}">
        <link rel="stylesheet" href="{Link("docs.css")}">
        <script src="{Link("swagger-ui-bundle.js")}" defer></script>
        <script src="{Link("docs.js")}" defer></script>
        """,
        $"""
        <body>
        <div id="swagger-ui" data-document="{RouteTable.Prefix}/openapi.json"></div>
        <noscript><p>This page needs JavaScript. The document is at <a href="{RouteTable.Prefix}/openapi.json">{RouteTable.Prefix}/openapi.json</a>.</p></noscript>
        """);

    public static WebFile ErrorReference()
    {
        var body = new StringBuilder($"""
            <body>
            <header>
            <h1>Error reference</h1>
            <p><a href="{Root}">API documentation</a></p>
            <p>A refusal carries one of these codes: as <code>message</code> in the envelope, as <code>code</code> in a problem document (RFC 9457).
            Match codes, never texts; take one that is not here like any other of its status.</p>
            <nav aria-label="Codes">
            """);
        foreach (var entry in Catalogue.Problems)
        {
            body.Append(null, $"<a href=\"#{entry.Code}\">{entry.Code}</a>\n");
        }

        body.Append("<a href=\"#fields\">Codes of fields</a>\n</nav>\n</header>\n<main>\n");
        foreach (var entry in Catalogue.Problems)
        {
            body.Append(null, $"""
                <section id="{entry.Code}">
                <h2><a href="#{entry.Code}"><code>{entry.Code}</code></a> <span class="status">{entry.Status}</span></h2>
                <p>{Html(entry.Meaning)}</p>
                <p><strong>What to do.</strong> {Html(entry.Advice)}</p>
                </section>

                """);
        }

        body.Append("""
            <h2 id="fields">Codes of fields</h2>
            <p>With <code>invalid_fields</code>, <code>errors</code> lists these by field; in the envelope, <code>message</code> has them as
            <code>field: code</code>, one a line.</p>

            """);
        foreach (var entry in Catalogue.FieldErrors)
        {
            body.Append(null, $"""
                <section id="{entry.Code}">
                <h3><a href="#{entry.Code}"><code>{entry.Code}</code></a></h3>
                <p>{Html(entry.Meaning)}</p>
                <p><strong>What to do.</strong> {Html(entry.Advice)}</p>
                </section>

                """);
        }

        return Page("Error reference", PagesCss, body.Append("</main>").ToString());
    }

    /// <summary>A page that shows HTML mails in frames.</summary>
    internal static WebFile PageWithMails(string title, string body) => WebFile.PageWithMails(Html(title, PagesCss, body));

    private static string PagesCss => $"<link rel=\"stylesheet\" href=\"{Link("pages.css")}\">";

    private static WebFile Page(string title, string head, string body) => WebFile.Page(Html(title, head, body));

    private static string Html(string title, string head, string body) => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{title}</title>
        <link rel="icon" href="{Link("favicon-32x32.png")}">
        {head}
        </head>
        {body}
        </body>
        </html>
        """;

    private static string Link(string asset) => $"{Root}/assets/{asset}?v={Assets[asset].Version}";

    private static WebFile FromSwagger(string name, string contentType)
    {
        using var content = typeof(SwaggerUIOptions).Assembly.GetManifestResourceStream($"Swashbuckle.AspNetCore.SwaggerUI.node_modules.swagger_ui_dist.{name}")
            ?? throw new InvalidOperationException($"{name} is not in Swashbuckle.AspNetCore.SwaggerUI.");
        return WebFile.Asset(content, contentType);
    }

    private static WebFile OfOurs(string name, string contentType)
    {
        using var content = typeof(DocumentationPages).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        return WebFile.Asset(content, contentType);
    }

    private static string Html(string markdown) => Code().Replace(WebUtility.HtmlEncode(markdown), "<code>$1</code>");

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
