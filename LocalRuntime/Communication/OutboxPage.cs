using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalRuntime.Communication;

/// <summary>The page that shows the mails to a person. Script and style are files of their own, so that the page can forbid all others.</summary>
internal static class OutboxPage
{
    private const string Policy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/outbox", http => SendAsync(http, "outbox.html", "text/html; charset=utf-8"));
        routes.MapGet("/outbox.js", http => SendAsync(http, "outbox.js", "text/javascript; charset=utf-8"));
        routes.MapGet("/outbox.css", http => SendAsync(http, "outbox.css", "text/css; charset=utf-8"));
    }

    private static async Task SendAsync(HttpContext http, string file, string contentType)
    {
        http.Response.ContentType = contentType;
        http.Response.Headers.ContentSecurityPolicy = Policy;
        http.Response.Headers.XContentTypeOptions = "nosniff";
        http.Response.Headers.CacheControl = "no-store";
        await using var resource = typeof(OutboxPage).Assembly.GetManifestResourceStream(file) ?? throw new InvalidOperationException($"{file} is not embedded.");
        await resource.CopyToAsync(http.Response.Body, http.RequestAborted);
    }
}
