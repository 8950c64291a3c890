using System.Buffers;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using AccountFunctions.Accounts;
using AccountFunctions.Documentation;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

/// <summary>Writes answers: the envelope that clients parse or, for a refusal where it is asked for, a problem document (RFC 9457).</summary>
internal static class Answer
{
    private const string JsonType = "application/json; charset=utf-8";
    private const string ProblemType = "application/problem+json";

    /// <param name="issuer">The API's own address, under which the error reference is.</param>
    public static async Task<HttpResponseData> WriteAsync<TReply>(
        HttpRequestData request, Result<TReply> result, HttpStatusCode success, string issuer, CancellationToken cancellationToken)
    {
        var asProblem = result.Problem is not null && Accepts(request, ProblemType);
        var response = request.CreateResponse();
        response.StatusCode = (HttpStatusCode?)result.Problem?.Status ?? success;
        SetHeaders(request, response, asProblem ? ProblemType : JsonType);
        SetHeaders(response, result);
        var body = result.Problem is not { } problem ? Reply((int)success, result.Reply)
            : asProblem ? ProblemDocument(problem, issuer, request.TraceId())
            : Refusal(problem);
        await response.Body.WriteAsync(body, cancellationToken);
        return response;
    }

    private static ReadOnlyMemory<byte> Reply<TReply>(int status, TReply? reply) => Write(writer =>
    {
        writer.WriteString("status", "success");
        writer.WriteNumber("code", status);
        writer.WritePropertyName("data");
        JsonSerializer.Serialize(writer, reply, typeof(TReply), AccountJson.Default);
        writer.WriteNull("message");
    });

    /// <summary>A refusal in the envelope.</summary>
    public static ReadOnlyMemory<byte> Refusal(Problem problem) => Write(writer =>
    {
        writer.WriteString("status", "error");
        writer.WriteNumber("code", problem.Status);
        writer.WriteNull("data");
        writer.WriteString("message", problem.Message);
        WriteErrors(writer, problem);
    });

    /// <summary>A refusal as a problem document, whose type leads to the error reference.</summary>
    public static ReadOnlyMemory<byte> ProblemDocument(Problem problem, string issuer, string traceId) => Write(writer =>
    {
        writer.WriteString("type", $"{issuer}/docs/errors#{problem.Code}");
        writer.WriteString("title", Title(problem.Status));
        writer.WriteNumber("status", problem.Status);
        writer.WriteString("detail", problem.Message);
        writer.WriteString("code", problem.Code);
        WriteErrors(writer, problem);
        writer.WriteString("trace_id", traceId);
    });

    private static ReadOnlyMemory<byte> Write(Action<Utf8JsonWriter> write)
    {
        var body = new ArrayBufferWriter<byte>();
        using var writer = new Utf8JsonWriter(body);
        writer.WriteStartObject();
        write(writer);
        writer.WriteEndObject();
        writer.Flush();
        return body.WrittenMemory;
    }

    private static void WriteErrors(Utf8JsonWriter writer, Problem problem)
    {
        if (problem.Errors is null)
        {
            return;
        }

        writer.WriteStartObject("errors");
        foreach (var (field, codes) in problem.Errors)
        {
            writer.WriteStartArray(field);
            foreach (var code in codes)
            {
                writer.WriteStringValue(code);
            }

            writer.WriteEndArray();
        }

        writer.WriteEndObject();
    }

    /// <summary>Answers with a document whose shape a standard prescribes, without the envelope.</summary>
    public static async Task<HttpResponseData> WriteDocumentAsync<TDocument>(HttpRequestData request, TDocument document, CancellationToken cancellationToken)
    {
        var response = request.CreateResponse();
        response.StatusCode = HttpStatusCode.OK;
        SetHeaders(request, response, JsonType);
        await JsonSerializer.SerializeAsync(response.Body, document, typeof(TDocument), AccountJson.Default, cancellationToken);
        return response;
    }

    /// <summary>Answers with a file, compressed for who takes it so, or with nothing (304) for who has it.</summary>
    public static async Task<HttpResponseData> WriteFileAsync(HttpRequestData request, WebFile file, CancellationToken cancellationToken)
    {
        var response = request.CreateResponse();
        response.StatusCode = file.Tag is not null && request.Header("If-None-Match") == file.Tag ? HttpStatusCode.NotModified : HttpStatusCode.OK;
        SetHeaders(request, response, file.ContentType, file.CacheControl, file.Policy);
        if (file.Tag is not null)
        {
            response.Headers.Add("ETag", file.Tag);
        }

        if (response.StatusCode is HttpStatusCode.OK)
        {
            var asGzip = file.IsGzip && (request.Header("Accept-Encoding")?.Contains("gzip", StringComparison.OrdinalIgnoreCase) ?? false);
            if (asGzip)
            {
                response.Headers.Add("Content-Encoding", "gzip");
            }

            await response.Body.WriteAsync(asGzip ? file.Content : file.Inflate(), cancellationToken);
        }

        return response;
    }

    private static void SetHeaders(
        HttpRequestData request,
        HttpResponseData response,
        string contentType,
        string cacheControl = "no-store",
        string policy = "default-src 'none'; frame-ancestors 'none'")
    {
        response.Headers.Add("Content-Type", contentType);
        response.Headers.Add("Cache-Control", cacheControl);
        response.Headers.Add("Content-Security-Policy", policy);
        response.Headers.Add("Referrer-Policy", "no-referrer");
        response.Headers.Add("X-Content-Type-Options", "nosniff");
        response.Headers.Add("X-Request-Id", request.TraceId());
        if (request.Url.Scheme == Uri.UriSchemeHttps || request.Header("X-Forwarded-Proto") == Uri.UriSchemeHttps)
        {
            response.Headers.Add("Strict-Transport-Security", "max-age=31536000; includeSubDomains");
        }
    }

    private static void SetHeaders<TReply>(HttpResponseData response, Result<TReply> result)
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

    private static bool Accepts(HttpRequestData request, string type) =>
        request.Header("Accept")?.Split(',').Any(entry =>
            MediaTypeHeaderValue.TryParse(entry, out var media) && string.Equals(media.MediaType, type, StringComparison.OrdinalIgnoreCase)) ?? false;

    private static string Title(int status) => status switch
    {
        400 => "Bad Request",
        401 => "Unauthorized",
        404 => "Not Found",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        _ => "Service Unavailable",
    };
}
