using System.Diagnostics;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

internal static class RequestHeaders
{
    private const int MaxUserAgentLength = 200;

    /// <summary>The header's value as it was sent, several joined by commas (RFC 9110 §5.3); null if it is absent.</summary>
    public static string? Header(this HttpRequestData request, string name) =>
        request.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    /// <summary>What the client calls itself: shown to the account's owner later, so cut and cleaned.</summary>
    public static string? UserAgent(this HttpRequestData request) => request.Header("User-Agent") is { } text
        ? new string([.. text.Where(character => char.IsAscii(character) && !char.IsControl(character)).Take(MaxUserAgentLength)])
        : null;

    /// <summary>The W3C trace id, 32 hex digits, under which the logs of a request are found.</summary>
    public static string TraceId(this HttpRequestData request) =>
        ActivityContext.TryParse(request.FunctionContext.TraceContext.TraceParent, null, out var context)
            ? context.TraceId.ToHexString()
            : request.FunctionContext.InvocationId;
}
