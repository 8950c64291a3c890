namespace AccountFunctions.Documentation;

/// <summary>Swagger UI for the document, and what all pages share.</summary>
public static class DocumentationPages
{
    private static readonly Lazy<IReadOnlyDictionary<string, WebFile>> AllAssets = new(() => new Dictionary<string, WebFile>
    {
        ["swagger-ui.css"] = Embedded("swagger-ui.css.gz", "text/css; charset=utf-8"),
        ["swagger-ui-bundle.js"] = Embedded("swagger-ui-bundle.js.gz", "text/javascript; charset=utf-8"),
        ["favicon-32x32.png"] = Embedded("favicon-32x32.png", "image/png"),
        ["docs.js"] = Embedded("docs.js", "text/javascript; charset=utf-8"),
        ["docs.css"] = Embedded("docs.css", "text/css; charset=utf-8"),
        ["mails.js"] = Embedded("mails.js", "text/javascript; charset=utf-8"),
        ["pages.css"] = Embedded("pages.css", "text/css; charset=utf-8"),
    });

    public static IReadOnlyDictionary<string, WebFile> Assets => AllAssets.Value;

    /// <param name="root">The relative path from the page to the API, because a proxy may serve the API under another path.</param>
    public static WebFile SwaggerUi(string root) => Page(
        root,
        "API documentation",
        $"""
        <link rel="stylesheet" href="{Link(root, "swagger-ui.css")}">
        <link rel="stylesheet" href="{Link(root, "docs.css")}">
        <script src="{Link(root, "swagger-ui-bundle.js")}" defer></script>
        <script src="{Link(root, "docs.js")}" defer></script>
        """,
        $"""
        <body>
        <p id="outbox" hidden>On this machine, mails with their codes are in the
        <a href="{root}../outbox" target="_blank" rel="noopener">outbox</a>.</p>
        <div id="swagger-ui" data-document="{root}openapi.json"></div>
        <noscript>
        <p>This page needs JavaScript. The document is at <a href="{root}openapi.json">{root}openapi.json</a>.</p>
        </noscript>
        """);

    /// <summary>A page that shows HTML mails in frames.</summary>
    internal static WebFile PageWithMails(string root, string title, string body) =>
        WebFile.PageWithMails(Html(
            root, title, $"{PagesCss(root)}\n<script src=\"{Link(root, "mails.js")}\"></script>", body));

    private static string PagesCss(string root) => $"<link rel=\"stylesheet\" href=\"{Link(root, "pages.css")}\">";

    /// <summary>A page without scripts.</summary>
    internal static WebFile Page(string root, string title, string body) => Page(root, title, PagesCss(root), body);

    private static WebFile Page(string root, string title, string head, string body) => WebFile.Page(Html(root, title, head, body));

    private static string Html(string root, string title, string head, string body) => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="color-scheme" content="light dark">
        <title>{title}</title>
        <link rel="icon" href="{Link(root, "favicon-32x32.png")}">
        {head}
        </head>
        {body}
        </body>
        </html>
        """;

    private static string Link(string root, string asset) => $"{root}docs/assets/{asset}?v={Assets[asset].Version}";

    private static WebFile Embedded(string name, string contentType)
    {
        using var content = typeof(DocumentationPages).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        return WebFile.Asset(content, contentType);
    }
}
