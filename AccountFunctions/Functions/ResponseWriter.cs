using System.Globalization;
using System.Net;
using System.Text.Json;
using AccountFunctions.Accounts;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Documentation;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

/// <summary>
/// Writes answers: the envelope, or a problem document (RFC 9457) for a refusal if the client accepts one.
/// </summary>
internal static class ResponseWriter
{
    private const string JsonType = "application/json; charset=utf-8";
    private const string TextType = "text/plain; charset=utf-8";
    private const string CacheableDocument = "public, max-age=300";
    private const string ProblemType = "application/problem+json";

    private static readonly ReadOnlyMemory<byte> Page =
        "This sign-in has expired, or another browser began it. Go back to the app, and start again.\n"u8.ToArray();

    /// <param name="policy">Of the route; null if it has none.</param>
    /// <param name="issuer">The API's own address; the error reference is below it.</param>
    public static async Task<HttpResponseData> WriteAsync<TReply>(
        HttpRequestData request, Result<TReply> result, EndpointAttribute? policy, string issuer, CancellationToken cancellationToken)
        where TReply : notnull
    {
        var success = policy?.Status ?? 200;
        if (policy is { ForBrowsers: true } && result.IsRefused)
        {
            return await WritePageAsync(request, result, cancellationToken);
        }

        var asProblem = result.IsRefused && MediaTypes.Accepts(request.Header("Accept"), ProblemType);
        var response = request.CreateResponse();
        response.StatusCode = (HttpStatusCode)(result.Problem?.Status ?? success);

        // A proxy that changes the body weakens the tag, and If-Match never matches weak tags.
        SetHeaders(
            request, response, asProblem ? ProblemType : JsonType, result.ETag is null ? "no-store" : "no-store, no-transform");
        SetHeaders(response, result);
        if (result is { IsRefused: false, FileName: { } name })
        {
            // Stream it from storage, because it may be large.
            response.Headers.Add("Content-Disposition", $"attachment; filename=\"{name}\"");
            await JsonSerializer.SerializeAsync(response.Body, result.Reply, typeof(TReply), AccountJson.Default, cancellationToken);
            return response;
        }

        if (result.Reply is Redirect redirect)
        {
            response.Headers.Add("Location", redirect.Location);
            response.Headers.Add("Set-Cookie", redirect.Cookies);
            return response;
        }

        var body = !result.IsRefused
            ? Envelope.Success(success, writer => JsonSerializer.Serialize(writer, result.Reply, typeof(TReply), AccountJson.Default))
            : asProblem ? Envelope.ProblemDocument(result.Problem, issuer, request.TraceId())
            : Envelope.Refusal(result.Problem);
        await response.Body.WriteAsync(body, cancellationToken);
        return response;
    }

    /// <summary>Answers with a document whose shape a standard prescribes, without the envelope. Validators may keep it.</summary>
    public static async Task<HttpResponseData> WriteDocumentAsync<TDocument>(
        HttpRequestData request, TDocument document, CancellationToken cancellationToken)
    {
        var response = request.CreateResponse();
        response.StatusCode = HttpStatusCode.OK;
        SetHeaders(request, response, JsonType, CacheableDocument);
        await JsonSerializer.SerializeAsync(response.Body, document, typeof(TDocument), AccountJson.Default, cancellationToken);
        return response;
    }

    /// <summary>Sends a file, gzipped if the client accepts that; 304 if the client already has it.</summary>
    public static async Task<HttpResponseData> WriteFileAsync(HttpRequestData request, WebFile file, CancellationToken cancellationToken)
    {
        var response = request.CreateResponse();
        var asGzip = file.IsGzip && MediaTypes.AcceptsGzip(request.Header("Accept-Encoding"));
        var tag = file.Tag is not null && asGzip ? $"{file.Tag[..^1]}-gzip\"" : file.Tag;
        var isKnown = tag is not null && MediaTypes.Matches(request.Header("If-None-Match"), tag);
        response.StatusCode = isKnown ? HttpStatusCode.NotModified : HttpStatusCode.OK;
        SetHeaders(request, response, file.ContentType, file.CacheControl, file.Policy);
        if (tag is not null)
        {
            response.Headers.Add("ETag", tag);
        }

        if (file.IsGzip)
        {
            response.Headers.Add("Vary", "Accept-Encoding");
        }

        if (isKnown)
        {
            return response;
        }

        if (asGzip)
        {
            response.Headers.Add("Content-Encoding", "gzip");
        }

        await response.Body.WriteAsync(asGzip ? file.Content : file.Inflate(), cancellationToken);
        return response;
    }

    /// <summary>A refusal for a person: a text that has nothing of the request in it.</summary>
    private static async Task<HttpResponseData> WritePageAsync<TReply>(
        HttpRequestData request, Result<TReply> result, CancellationToken cancellationToken)
        where TReply : notnull
    {
        var response = request.CreateResponse();
        response.StatusCode = (HttpStatusCode)(result.Problem?.Status ?? 400);
        SetHeaders(request, response, TextType);
        SetHeaders(response, result);
        await response.Body.WriteAsync(Page, cancellationToken);
        return response;
    }

    private static void SetHeaders(
        HttpRequestData request,
        HttpResponseData response,
        string contentType,
        string cacheControl = "no-store",
        string policy = "default-src 'none'; base-uri 'none'; frame-ancestors 'none'")
    {
        response.Headers.Add("Content-Type", contentType);
        response.Headers.Add("Cache-Control", cacheControl);
        response.Headers.Add("Content-Security-Policy", policy);
        response.Headers.Add("Referrer-Policy", "no-referrer");
        response.Headers.Add("X-Content-Type-Options", "nosniff");
        response.Headers.Add("X-Request-Id", request.TraceId());

        // The platform handles CORS and lets scripts of allowed origins read the body, but not our headers.
        response.Headers.Add("Access-Control-Expose-Headers", "ETag, Retry-After, X-Request-Id");
        if (request.IsHttps())
        {
            response.Headers.Add("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
        }
    }

    private static void SetHeaders<TReply>(HttpResponseData response, Result<TReply> result)
        where TReply : notnull
    {
        if (result.ETag is { } tag)
        {
            response.Headers.Add("ETag", tag);
        }

        if (result.Problem?.RetryAfter is { } wait)
        {
            response.Headers.Add("Retry-After", Math.Max(1, Math.Ceiling(wait.TotalSeconds)).ToString(CultureInfo.InvariantCulture));
        }

        if (result.Problem is { Status: 401 } problem)
        {
            response.Headers.Add("WWW-Authenticate", problem == Problem.NotAuthenticated ? "Bearer" : "Bearer error=\"invalid_token\"");
        }
    }
}
