using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using AccountFunctions.Accounts;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

/// <summary>Writes answers: the envelope that clients parse or, for a refusal where it is asked for, a problem document (RFC 9457).</summary>
internal static class Answer
{
    private const string JsonType = "application/json; charset=utf-8";
    private const string ProblemType = "application/problem+json";

    public static async Task<HttpResponseData> WriteAsync<TReply>(
        HttpRequestData request, Result<TReply> result, HttpStatusCode success, CancellationToken cancellationToken)
    {
        var asProblem = result.Problem is not null && Accepts(request, ProblemType);
        var response = request.CreateResponse();
        response.StatusCode = (HttpStatusCode?)result.Problem?.Status ?? success;
        SetHeaders(request, response, asProblem ? ProblemType : JsonType);
        SetHeaders(response, result);

        await using var writer = new Utf8JsonWriter(response.Body);
        writer.WriteStartObject();
        if (result.Problem is not { } problem)
        {
            WriteReply(writer, (int)success, result.Reply);
        }
        else if (asProblem)
        {
            WriteProblem(writer, problem, request.TraceId());
        }
        else
        {
            WriteRefusal(writer, problem);
        }

        writer.WriteEndObject();
        await writer.FlushAsync(cancellationToken);
        return response;
    }

    private static void WriteReply<TReply>(Utf8JsonWriter writer, int status, TReply? reply)
    {
        writer.WriteString("status", "success");
        writer.WriteNumber("code", status);
        writer.WritePropertyName("data");
        JsonSerializer.Serialize(writer, reply, typeof(TReply), AccountJson.Default);
        writer.WriteNull("message");
    }

    private static void WriteRefusal(Utf8JsonWriter writer, Problem problem)
    {
        writer.WriteString("status", "error");
        writer.WriteNumber("code", problem.Status);
        writer.WriteNull("data");
        writer.WriteString("message", problem.Message);
        WriteErrors(writer, problem);
    }

    private static void WriteProblem(Utf8JsonWriter writer, Problem problem, string traceId)
    {
        // The code says what went wrong; about:blank says that the title is just the status (RFC 9457 §4.2.1).
        writer.WriteString("type", "about:blank");
        writer.WriteString("title", Title(problem.Status));
        writer.WriteNumber("status", problem.Status);
        writer.WriteString("detail", problem.Message);
        writer.WriteString("code", problem.Code);
        WriteErrors(writer, problem);
        writer.WriteString("trace_id", traceId);
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

    private static void SetHeaders(HttpRequestData request, HttpResponseData response, string contentType)
    {
        response.Headers.Add("Content-Type", contentType);
        response.Headers.Add("Cache-Control", "no-store");
        response.Headers.Add("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'");
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
        412 => "Precondition Failed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        _ => "Service Unavailable",
    };
}
