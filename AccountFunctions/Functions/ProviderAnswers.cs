using System.Text;
using AccountFunctions.Accounts.SignIn;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.Primitives;

namespace AccountFunctions.Functions;

internal static class ProviderAnswers
{
    private const int MaxBytes = 32 * 1024;

    /// <summary>
    /// The answer of a provider: the query, or the form that the browser posts (OAuth 2.0 Form Post Response Mode). One that is too long or
    /// malformed counts as empty.
    /// </summary>
    public static async Task<ProviderAnswer> ReadProviderAnswerAsync(this HttpRequestData request, CancellationToken cancellationToken)
    {
        var text = request.Method == "POST" ? await ReadAsync(request.Body, cancellationToken) : request.FindUrl()?.Query ?? "";
        var fields = QueryHelpers.ParseQuery(text);
        return new ProviderAnswer(
            ValueOf(fields, "state"),
            ValueOf(fields, "code"),
            ValueOf(fields, "error"),
            ValueOf(fields, "iss"),
            request.Header("Cookie"));
    }

    private static async Task<string> ReadAsync(Stream body, CancellationToken cancellationToken)
    {
        var buffer = new byte[MaxBytes + 1];
        var length = await body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken);
        return length > MaxBytes ? "" : Encoding.UTF8.GetString(buffer, 0, length);
    }

    // A field that occurs twice has no value.
    private static string? ValueOf(Dictionary<string, StringValues> fields, string name) =>
        fields.TryGetValue(name, out var values) && values is [var only] ? only : null;
}
