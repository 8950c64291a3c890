using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Text.Unicode;
using AccountFunctions.Contract.Answers;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

/// <summary>Reads a request's body as strict JSON (RFC 8259). Never reads more than the limit, whatever the headers say.</summary>
internal static class RequestBody
{
    private const int MaxBytes = 64 * 1024;
    private const int UsualBytes = 1024;
    private static readonly ReadOnlyMemory<byte> EmptyObject = "{}"u8.ToArray();
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false, MaxDepth = 16 };

    /// <param name="isOptional">True: white space and <c>null</c> count as an empty object.</param>
    public static async Task<Result<TRequest>> ReadAsync<TRequest>(
        HttpRequestData request, JsonTypeInfo<TRequest> type, bool isOptional, CancellationToken cancellationToken)
        where TRequest : class
    {
        var buffer = ArrayPool<byte>.Shared.Rent(UsualBytes);
        try
        {
            var length = 0;
            while (length <= MaxBytes && await request.Body.ReadAsync(buffer.AsMemory(length), cancellationToken) is > 0 and var read)
            {
                length += read;
                buffer = length < buffer.Length ? buffer : Larger(buffer);
            }

            // The host drops a body without a length, so an empty body that was announced is not what the client sent.
            var body = buffer.AsMemory(0, length);
            var isLeftOut = isOptional && IsBlank(body.Span);
            return length > MaxBytes ? Problem.TooLarge
                : length == 0 && request.Header("Transfer-Encoding") is not null ? Problem.LengthRequired
                : !MediaTypes.IsIdentity(request.Header("Content-Encoding")) ? Problem.UnsupportedMediaType
                : length > 0 && !isLeftOut && !MediaTypes.IsJson(request.Header("Content-Type")) ? Problem.UnsupportedMediaType
                : Parse(isLeftOut ? EmptyObject : body, type, isOptional) is { } parsed ? parsed
                : Problem.InvalidJson;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer, clearArray: true);
        }
    }

    // Bodies hold passwords, so wipe each buffer before it goes back to the pool.
    private static byte[] Larger(byte[] full)
    {
        var larger = ArrayPool<byte>.Shared.Rent(2 * full.Length);
        full.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(full, clearArray: true);
        return larger;
    }

    private static bool IsBlank(ReadOnlySpan<byte> body) => !body.ContainsAnyExcept(" \t\r\n"u8);

    private static TRequest? Parse<TRequest>(ReadOnlyMemory<byte> body, JsonTypeInfo<TRequest> type, bool isOptional)
        where TRequest : class
    {
        if (!Utf8.IsValid(body.Span))
        {
            return null;
        }

        try
        {
            // Parsing a document also finds duplicates of members that the request type does not have.
            using var document = JsonDocument.Parse(body, Strict);
            return document.RootElement.ValueKind switch
            {
                JsonValueKind.Object => document.Deserialize(type),
                JsonValueKind.Null when isOptional => JsonSerializer.Deserialize(EmptyObject.Span, type),
                _ => null,
            };
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // A lone surrogate in an escape sequence causes an InvalidOperationException.
            return null;
        }
    }
}
