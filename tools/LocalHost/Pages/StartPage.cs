using System.Globalization;
using System.Net;
using LocalHost.Mail;
using LocalHost.Worker;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalHost.Pages;

/// <summary>The page at <c>/</c>: what runs here, according to the worker's metadata, and where to go from here.</summary>
internal sealed class StartPage(string? productName)
{
    private static readonly (string Route, string Title, string Text)[] Documents =
    [
        ("docs", "API documentation", "Try out every operation."),
        ("docs/errors", "Error reference", "What each code means and what to do about it."),
        ("docs/mails", "Mail gallery", "All mails in all languages."),
        ("openapi.json", "OpenAPI document", "For client generators."),
        ("health/ready", "Health", "Shows whether storage answers."),
    ];

    private readonly string? name = Encode(string.IsNullOrEmpty(productName) ? "Function app" : productName);
    private string page = "";

    public void Map(IEndpointRouteBuilder routes)
    {
        var local = routes.MapGroup("").RequireHost("localhost", "127.0.0.1");
        local.Map("/", (HttpRequest request, HttpResponse response) =>
            HttpMethods.IsGet(request.Method) ? OutboxPage.Show(response, page) : Results.NotFound());

        // The outbox serves it under another name, but if mails go elsewhere there is no outbox.
        local.MapGet("/start.css", (HttpResponse response) => OutboxPage.ShowFile(response, "outbox.css", "text/css; charset=utf-8"));
    }

    /// <param name="prefix">The prefix of all function routes.</param>
    /// <param name="withMails">Whether the mail emulator is also here.</param>
    public void Write(IReadOnlyList<Function> functions, string prefix, bool withMails, string storage)
    {
        var docs = functions.Any(function => function.Route == "docs") ? $"/{prefix}/docs" : null;
        var text = OutboxPage.Begin($"{name}", "/start.css").Append(CultureInfo.InvariantCulture, $"""
            <body class="start">
            <header><h1>{name}</h1><p id="status">running</p></header>
            <main>

            """);
        if (withMails && docs is not null && functions.FirstOrDefault(function => function.Route == "account/register") is { } register)
        {
            text.Append(CultureInfo.InvariantCulture, $"""
                <section>
                <h2>Try it</h2>
                <ol class="steps">
                <li>Register an address <a href="{docs}#{register.Name}">in the API documentation</a> or with this command:
                <pre tabindex="0" aria-label="Command"><code id="command"></code></pre>
                <button type="button" class="copy">Copy command</button>
                <p id="said" class="unseen" role="status"></p></li>
                <li>Take its code from the <a href="/outbox">outbox</a>.</li>
                <li>{Link("account/activate", "Activate")} the account and {Link("account/login", "sign in")}.</li>
                </ol>
                <script src="/copy.js" type="module"></script>
                </section>

                """);
        }

        string Link(string route, string label) => functions.FirstOrDefault(function => function.Route == route) is { } known
            ? $"<a href=\"{docs}#{known.Name}\">{label}</a>"
            : label;

        text.Append("<ul class=\"links\">\n");
        var links = Documents.Where(document => functions.Any(function => function.Route == document.Route))
            .Select(document => ($"/{prefix}/{document.Route}", document.Title, document.Text));
        if (withMails)
        {
            links = links.Append(("/outbox", "Outbox", "Every mail, as soon as the app sends it."));
        }

        foreach (var (path, title, description) in links)
        {
            text.Append(
                CultureInfo.InvariantCulture,
                $"<li><a href=\"{Encode(path)}\">{Encode(title)}</a><span>{Encode(description)}</span></li>\n");
        }

        text.Append("</ul>\n<section>\n<h2>HTTP functions</h2>\n<ul class=\"functions\">\n");
        foreach (var function in functions.OrderBy(function => function.Route, StringComparer.Ordinal))
        {
            if (function.Route is not { } route)
            {
                continue;
            }

            var methods = string.Concat(function.Methods.Where(method => !HttpMethods.IsHead(method))
                .Select(method => $"<b class=\"method\">{method.ToUpperInvariant()}</b> "));
            var path = Encode($"/{prefix}/{route}");

            // The documentation's own routes are not among its operations.
            var isDocumented = docs is not null && route is not ("docs" or "openapi.json")
                && !route.StartsWith("docs/", StringComparison.Ordinal);
            var link = isDocumented ? $"<a href=\"{docs}#{function.Name}\">{path}</a>" : path;
            text.Append(
                CultureInfo.InvariantCulture, $"<li><code>{methods}{link}</code> <span>{Encode(function.Name)}</span></li>\n");
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
