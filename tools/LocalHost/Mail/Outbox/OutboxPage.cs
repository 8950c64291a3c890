using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace LocalHost.Mail;

/// <summary>The page that shows the mails.</summary>
internal static class OutboxPage
{
    // A frame that inherits this policy shows HTML mails: they may use inline styles, but load nothing.
    private const string ContentSecurityPolicy =
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self'; "
        + "form-action 'self'; base-uri 'none'; frame-ancestors 'none'";

    public static void Map(IEndpointRouteBuilder routes)
    {
        // Swagger UI asks with HEAD whether there is an outbox.
        routes.MapMethods(
            "/outbox", ["GET", "HEAD"], (HttpResponse response) => ShowFile(response, "outbox.html", "text/html; charset=utf-8"));
        routes.MapGet("/outbox.css", (HttpResponse response) => ShowFile(response, "outbox.css", "text/css; charset=utf-8"));
        routes.MapGet("/outbox.js", (HttpResponse response) => ShowFile(response, "outbox.js", "text/javascript; charset=utf-8"));
        routes.MapGet("/copy.js", (HttpResponse response) => ShowFile(response, "copy.js", "text/javascript; charset=utf-8"));
    }

    /// <summary>The start of a page, up to its body.</summary>
    public static StringBuilder Begin(string title, string stylesheet) => new($"""
        <!doctype html>
        <html lang="en">
        <head>
          <meta charset="utf-8">
          <meta name="viewport" content="width=device-width, initial-scale=1">
          <meta name="color-scheme" content="light dark">
          <title>{title}</title>
          <link rel="icon" href="data:,">
          <link rel="stylesheet" href="{stylesheet}">
        </head>

        """);

    /// <summary>A page with the same protection as the outbox.</summary>
    public static IResult Show(HttpResponse response, string page)
    {
        Protect(response);
        return Results.Content(page, "text/html; charset=utf-8");
    }

    /// <summary>An embedded file.</summary>
    public static IResult ShowFile(HttpResponse response, string name, string contentType)
    {
        Protect(response);
        var content = typeof(OutboxPage).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"{name} is not embedded.");
        return Results.Stream(content, contentType);
    }

    private static void Protect(HttpResponse response)
    {
        response.Headers.ContentSecurityPolicy = ContentSecurityPolicy;
        response.Headers.XContentTypeOptions = "nosniff";
        response.Headers.CacheControl = "no-store";
        response.Headers["Referrer-Policy"] = "no-referrer";
    }
}
