using System.Net.Http.Headers;
using System.Text.Json;
using AccountFunctions.Contract.Answers;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Security.Identities;

/// <summary>
/// Asks a provider for the address and the names of a user (OpenID Connect Core 1.0 §5.3). Most providers put them into the ID token only
/// where the client gets no access token (§5.4).
/// </summary>
public sealed partial class UserInfo(IdentityProviders providers, ILogger<UserInfo> logger)
{
    /// <summary>
    /// Adds what the provider tells. The owner of an account needs no address to sign in, so an answer that is missing or unreadable costs
    /// the address only.
    /// </summary>
    /// <param name="access">The access token that came with the ID token.</param>
    /// <returns><c>invalid_id_token</c>: the access token is another user's (§5.3.2).</returns>
    internal async Task<Result<ExternalIdentity>> AddToAsync(
        ExternalIdentity identity, IdentityProvider provider, string endpoint, string access, CancellationToken cancellationToken)
    {
        try
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, IdentityProvider.UrlOf(endpoint))
            {
                Headers = { Authorization = new AuthenticationHeaderValue("Bearer", access) },
            };
            using var response = await providers.Http.SendAsync(request, cancellationToken);
            response.EnsureSuccessStatusCode();
            using var answer = JsonDocument.Parse(
                await response.Content.ReadAsByteArrayAsync(cancellationToken), JsonMembers.Strict);
            return answer.RootElement.TextOf("sub") == identity.Subject
                ? new IdentityClaims(answer.RootElement).Describe(identity, provider.Rules)
                : Problem.InvalidIdToken;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested
            && e is HttpRequestException or JsonException or FormatException or InvalidOperationException or OperationCanceledException)
        {
            LogUnread(provider.Name, e);
            return identity;
        }
    }

    [LoggerMessage(LogLevel.Warning, "The app cannot read what {Provider} tells of its users, so those without an account get none.")]
    private partial void LogUnread(string provider, Exception exception);
}
