namespace AccountFunctions.Contract.Answers;

/// <summary>The reply of an operation that sends a browser elsewhere (302), without a body.</summary>
/// <param name="Location">An absolute URL.</param>
/// <param name="Cookie">The value of <c>Set-Cookie</c> (RFC 6265).</param>
public sealed record Redirect(string Location, string Cookie);
