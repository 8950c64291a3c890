using System.Globalization;
using System.Net;
using LocalRuntime.Communication;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalRuntime.Hosting;

/// <summary>The page at <c>/</c>: what runs here, and where to go from here.</summary>
internal static class StartPage
{
    private static readonly (string Route, string Title, string Text)[] Documents =
    [
        ("docs", "API documentation", "Every operation, to try out."),
        ("docs/errors", "Error reference", "What each code means and what to do about it."),
        ("openapi.json", "OpenAPI document", "For generators of clients."),
        ("health/ready", "Health", "Whether storage answers."),
    ];

    private static readonly (string Path, string Title, string Text)[] MailPages =
    [
        ("/outbox", "Outbox", "Every mail that the app sends, as it is sent."),
        ("/outbox/gallery", "Gallery of mails", "All mails in all languages."),
    ];

    /// <param name="prefix">What all routes of functions begin with.</param>
    /// <param name="withMails">Whether the e-mail emulator is here, too.</param>
    public static void Map(IEndpointRouteBuilder routes, FunctionTable functions, string prefix, bool withMails, string storage)
    {
        var page = Write(functions, prefix, withMails, storage);
        var local = routes.MapGroup("").RequireHost("localhost", "127.0.0.1");
        local.MapGet("/", (HttpResponse response) => OutboxPage.Show(response, page));

        // The outbox has it under its own name, but where mails go elsewhere there is no outbox.
        local.MapGet("/start.css", (HttpResponse response) => OutboxPage.ShowFile(response, "outbox.css", "text/css; charset=utf-8"));
    }

    private static string Write(FunctionTable functions, string prefix, bool withMails, string storage)
    {
        var page = OutboxPage.Begin("Function app", "/start.css").Append("""
            <body class="start">
            <header><h1>Function app</h1><p id="status">running</p></header>
            <main>
            <ul class="links">

            """);
        var links = Documents.Where(document => functions.Http.Any(function => Route(function) == document.Route))
            .Select(document => ($"/{prefix}/{document.Route}", document.Title, document.Text))
            .Concat(withMails ? MailPages : []);
        foreach (var (path, title, text) in links)
        {
            page.Append(CultureInfo.InvariantCulture, $"<li><a href=\"{Encode(path)}\">{Encode(title)}</a><span>{Encode(text)}</span></li>\n");
        }

        page.Append("</ul>\n<section>\n<h2>HTTP functions</h2>\n<ul class=\"functions\">\n");
        foreach (var function in functions.Http)
        {
            var methods = string.Join(", ", function.HttpTrigger!.Methods ?? []).ToUpperInvariant();
            var route = Encode($"{methods} /{prefix}/{Route(function)}");
            page.Append(CultureInfo.InvariantCulture, $"<li><code>{route}</code> <span>{Encode(function.Name)}</span></li>\n");
        }

        page.Append("</ul>\n</section>\n<section>\n<h2>Queue functions</h2>\n<ul class=\"functions\">\n");
        foreach (var function in functions.Queue)
        {
            page.Append(CultureInfo.InvariantCulture, $"<li><code>{Encode(function.QueueTrigger!.QueueName)}</code> <span>{Encode(function.Name)}</span></li>\n");
        }

        var lines = Encode(storage.Replace("  ", "\n", StringComparison.Ordinal));
        page.Append(CultureInfo.InvariantCulture, $"</ul>\n</section>\n<section>\n<h2>Storage</h2>\n<p class=\"text\">{lines}</p>\n</section>\n");
        return page.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static string Route(LocalFunction function) => function.HttpTrigger!.Route ?? function.Name;

    private static string Encode(string text) => WebUtility.HtmlEncode(text);
}
