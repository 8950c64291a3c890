using System.Globalization;
using System.Net;
using LocalHost.Mail;
using LocalHost.Worker;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalHost.Pages;

/// <summary>The page at <c>/</c>: what runs here, as the worker's metadata tells, and where to go from here.</summary>
internal sealed class StartPage
{
    private static readonly (string Route, string Title, string Text)[] Documents =
    [
        ("docs", "API documentation", "Every operation, to try out."),
        ("docs/errors", "Error reference", "What each code means and what to do about it."),
        ("docs/mails", "Gallery of mails", "All mails in all languages."),
        ("openapi.json", "OpenAPI document", "For generators of clients."),
        ("health/ready", "Health", "Whether storage answers."),
    ];

    private string page = "";

    public void Map(IEndpointRouteBuilder routes)
    {
        var local = routes.MapGroup("").RequireHost("localhost", "127.0.0.1");
        local.Map("/", (HttpRequest request, HttpResponse response) =>
            HttpMethods.IsGet(request.Method) ? OutboxPage.Show(response, page) : Results.NotFound());

        // The outbox has it under its own name, but where mails go elsewhere there is no outbox.
        local.MapGet("/start.css", (HttpResponse response) => OutboxPage.ShowFile(response, "outbox.css", "text/css; charset=utf-8"));
    }

    /// <param name="prefix">What all routes of functions begin with.</param>
    /// <param name="withMails">Whether the mail emulator is here, too.</param>
    public void Write(IReadOnlyList<Function> functions, string prefix, bool withMails, string storage)
    {
        var text = OutboxPage.Begin("Function app", "/start.css").Append("""
            <body class="start">
            <header><h1>Function app</h1><p id="status">running</p></header>
            <main>
            <ul class="links">

            """);
        var links = Documents.Where(document => functions.Any(function => function.Route == document.Route))
            .Select(document => ($"/{prefix}/{document.Route}", document.Title, document.Text));
        if (withMails)
        {
            links = links.Append(("/outbox", "Outbox", "Every mail that the app sends, as it is sent."));
        }

        foreach (var (path, title, description) in links)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"<li><a href=\"{Encode(path)}\">{Encode(title)}</a><span>{Encode(description)}</span></li>\n");
        }

        text.Append("</ul>\n");
        if (withMails && functions.Any(function => function.Route == "docs"))
        {
            text.Append(CultureInfo.InvariantCulture, $"""
                <section>
                <h2>Try it</h2>
                <p>Register an address in the <a href="/{prefix}/docs">API documentation</a>, take its code from the
                <a href="/outbox">outbox</a>, activate the account and sign in.</p>
                </section>

                """);
        }

        text.Append("<section>\n<h2>HTTP functions</h2>\n<ul class=\"functions\">\n");
        var http = functions.Where(function => function.Route is not null).OrderBy(function => function.Route, StringComparer.Ordinal);
        foreach (var function in http)
        {
            var methods = string.Concat(function.Methods.Where(method => !HttpMethods.IsHead(method))
                .Select(method => $"<b class=\"method\">{method.ToUpperInvariant()}</b> "));
            var path = $"/{prefix}/{function.Route}";
            text.Append(
                CultureInfo.InvariantCulture, $"<li><code>{methods}{Encode(path)}</code> <span>{Encode(function.Name)}</span></li>\n");
        }

        text.Append("</ul>\n</section>\n<details>\n<summary>Queues and storage</summary>\n");
        text.Append("<h2>Queue functions</h2>\n<ul class=\"functions\">\n");
        foreach (var function in functions.Where(function => function.Queue is not null))
        {
            text.Append(
                CultureInfo.InvariantCulture, $"<li><code>{Encode(function.Queue)}</code> <span>{Encode(function.Name)}</span></li>\n");
        }

        var lines = Encode(storage.Replace("  ", "\n", StringComparison.Ordinal));
        text.Append(
            CultureInfo.InvariantCulture, $"</ul>\n<h2>Storage</h2>\n<p class=\"text\">{lines}</p>\n</details>\n");
        page = text.Append("</main>\n</body>\n</html>\n").ToString();
    }

    private static string? Encode(string? text) => WebUtility.HtmlEncode(text);
}
