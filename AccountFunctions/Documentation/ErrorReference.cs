using AccountFunctions.Contract.Answers;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace AccountFunctions.Documentation;

/// <summary>The page that explains every error code and says what to do about it.</summary>
public static partial class ErrorReference
{
    /// <inheritdoc cref="DocumentationPages.SwaggerUi"/>
    public static WebFile Write(string root)
    {
        var body = new StringBuilder($"""
            <body>
            <header>
            <h1>Error reference</h1>
            <p><a href="{root}docs">API documentation</a></p>
            <p>A refusal carries one of these codes: as <code>message</code> in the envelope, as <code>code</code> in a problem
            document (RFC 9457).
            Match codes, never texts. Treat an unknown code by its status.</p>
            <nav aria-label="Codes">
            """);
        var groups = Catalogue.Problems.GroupBy(problem => problem.Status ?? 0).OrderBy(group => group.Key).ToList();
        foreach (var code in groups.SelectMany(group => group).Select(entry => entry.Code).Distinct())
        {
            body.Append(null, $"<a href=\"#{code}\">{code}</a>\n");
        }

        var ids = new HashSet<string>();
        body.Append("<a href=\"#fields\">Field codes</a>\n</nav>\n</header>\n<main>\n");
        foreach (var group in groups)
        {
            body.Append(null, $"<h2 class=\"group\">{group.Key} {Envelope.Title(group.Key)}</h2>\n");
            foreach (var entry in group)
            {
                // Two statuses may share a code.
                Append(body, entry, ids.Add(entry.Code) ? entry.Code : $"{entry.Code}-{group.Key}");
            }
        }

        body.Append("""
            <h2 class="group" id="fields">Field codes</h2>
            <p>With <code>invalid_fields</code>, <code>errors</code> lists these by field. In the envelope, <code>message</code> has them as
            <code>field: code</code>, one a line.</p>

            """);
        foreach (var entry in Catalogue.FieldErrors)
        {
            Append(body, entry, entry.Code);
        }

        return DocumentationPages.Page(root, "Error reference", body.Append("</main>").ToString());
    }

    private static void Append(StringBuilder body, CatalogueEntry entry, string id) => body.Append(null, $"""
        <section id="{id}">
        <h3><a href="#{id}"><code>{entry.Code}</code></a></h3>
        <p>{Html(entry.Meaning)}</p>
        <p><strong>What to do.</strong> {Html(entry.Advice)}</p>
        </section>

        """);

    private static string Html(string markdown) => Code().Replace(WebUtility.HtmlEncode(markdown), "<code>$1</code>");

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Code();
}
