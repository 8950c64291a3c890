using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using AccountFunctions.Accounts;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

/// <summary>Reads a request's body as strict JSON (RFC 8259), and no more of it than the limit, whatever its headers promise.</summary>
internal static class RequestBody
{
    private const int MaxBytes = 64 * 1024;
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    public static async Task<Result<TRequest>> ReadAsync<TRequest>(
        HttpRequestData request, JsonTypeInfo<TRequest> type, CancellationToken cancellationToken, TRequest? withoutBody = null)
        where TRequest : class
    {
        var buffer = new byte[MaxBytes + 1];
        var length = await request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        if (length > MaxBytes)
        {
            return Problem.TooLarge;
        }

        if (length == 0 && withoutBody is not null)
        {
            return withoutBody;
        }

        var body = buffer.AsMemory(0, length);
        return length > 0 && !IsJson(request.Header("Content-Type")) ? Problem.UnsupportedMediaType
            : Parse(body, type) is { } parsed ? parsed
            : Problem.InvalidJson;
    }

    private static bool IsJson(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var type)
        && string.Equals(type.MediaType, "application/json", StringComparison.OrdinalIgnoreCase)
        && (type.CharSet is null || string.Equals(type.CharSet.Trim('"'), "utf-8", StringComparison.OrdinalIgnoreCase));

    private static TRequest? Parse<TRequest>(ReadOnlyMemory<byte> body, JsonTypeInfo<TRequest> type)
        where TRequest : class
    {
        if (!Utf8.IsValid(body.Span))
        {
            return null;
        }

        try
        {
            // The document finds duplicates in members that the request type does not know, too.
            using var document = JsonDocument.Parse(body, Strict);
            return document.RootElement.ValueKind is JsonValueKind.Object ? document.Deserialize(type) : null;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A lone surrogate in an escape is an InvalidOperationException.
            return null;
        }
    }
}
