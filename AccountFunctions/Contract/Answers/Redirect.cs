namespace AccountFunctions.Contract.Answers;

/// <summary>The reply of an operation that sends a browser elsewhere (302), without a body.</summary>
/// <param name="Location">An absolute URL.</param>
/// <param name="Cookies">The values of <c>Set-Cookie</c> (RFC 6265).</param>
public sealed record Redirect(string Location, params IReadOnlyList<string> Cookies)
{
    /// <summary>Sends the browser back to the client, with one more parameter.</summary>
    /// <param name="value">Without characters that a query must escape.</param>
    internal static Redirect To(string returnUrl, string parameter, string value, params IReadOnlyList<string> cookies) =>
        new($"{returnUrl}{(returnUrl.Contains('?', StringComparison.Ordinal) ? '&' : '?')}{parameter}={value}", cookies);
}
