using System.Globalization;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

internal static class RequestHeaders
{
    private const int MaxUserAgentLength = 200;

    /// <summary>The header's value as sent, with several values joined by commas (RFC 9110 §5.3); null if absent.</summary>
    public static string? Header(this HttpRequestData request, string name) =>
        request.Headers.NonValidated.TryGetValues(name, out var values) ? values.ToString() : null;

    /// <summary>Whether the client, or the proxy in front of the app, used HTTPS.</summary>
    public static bool IsHttps(this HttpRequestData request) =>
        request.Header("X-Forwarded-Proto") == Uri.UriSchemeHttps || request.FindUrl()?.Scheme == Uri.UriSchemeHttps;

    /// <summary>The URL; null if the client's <c>Host</c> is missing or invalid.</summary>
    public static Uri? FindUrl(this HttpRequestData request)
    {
        try
        {
            return request.Url;
        }
        catch (UriFormatException)
        {
            return null;
        }
    }

    /// <summary>The first query parameter of this name; null if there is none.</summary>
    public static string? QueryValue(this HttpRequestData request, string name) =>
        request.FindUrl() is null ? null : request.Query.GetValues(name)?[0];

    /// <summary>The query parameter as a whole number without a sign; 0 if it is not one.</summary>
    public static int? QueryNumber(this HttpRequestData request, string name) =>
        request.QueryValue(name) is { } text
            ? int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0
            : null;

    /// <summary>The client's name for itself, shortened and cleaned, because the app shows it to the account's owner.</summary>
    public static string? UserAgent(this HttpRequestData request) => request.Header("User-Agent") is { } text
        ? new string([.. text.Where(character => char.IsAscii(character) && !char.IsControl(character)).Take(MaxUserAgentLength)])
        : null;
}
