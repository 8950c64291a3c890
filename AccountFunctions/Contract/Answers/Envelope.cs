using System.Buffers;
using System.Text.Json;

namespace AccountFunctions.Contract.Answers;

/// <summary>Writes the bodies of answers: the envelope that clients parse, and problem documents (RFC 9457).</summary>
public static class Envelope
{
    /// <summary>A success.</summary>
    /// <param name="writeData">Writes the payload as one JSON value.</param>
    public static ReadOnlyMemory<byte> Success(int status, Action<Utf8JsonWriter> writeData) => Write(writer =>
    {
        writer.WriteString("status", "success");
        writer.WriteNumber("code", status);
        writer.WritePropertyName("data");
        writeData(writer);
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

    /// <summary>A refusal as a problem document; its type links to the error reference.</summary>
    /// <param name="issuer">The API's own address; the error reference is below it.</param>
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

    /// <summary>The reason phrase of a status (RFC 9110 §15, RFC 6585).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The status has no title yet: add one here.</exception>
    public static string Title(int status) => status switch
    {
        400 => "Bad Request",
        401 => "Unauthorized",
        403 => "Forbidden",
        404 => "Not Found",
        409 => "Conflict",
        411 => "Length Required",
        412 => "Precondition Failed",
        413 => "Content Too Large",
        415 => "Unsupported Media Type",
        429 => "Too Many Requests",
        503 => "Service Unavailable",
        _ => throw new ArgumentOutOfRangeException(nameof(status), status, "This status has no title."),
    };

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
}
