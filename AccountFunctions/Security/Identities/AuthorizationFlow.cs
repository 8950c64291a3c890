using System.Buffers.Text;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Security.Tokens;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security.Identities;

/// <summary>
/// The authorization code flow with PKCE at a provider (OpenID Connect Core 1.0 §3.1, RFC 7636, RFC 9700 §2.1.1), with this app as the
/// confidential client.
/// </summary>
public sealed class AuthorizationFlow(
    IdentityProviders providers,
    IdTokens tokens,
    IOptions<TokenOptions> options,
    IOptions<ProvidersOptions> settings,
    UserInfo userInfo,
    TimeProvider time)
{
    // Of an error that a provider names (RFC 6749 §5.2).
    private const int MaxErrorLength = 80;

    /// <summary>Whether the app is a client of the provider.</summary>
    public bool IsClientOf(string provider) => providers.Find(provider)?.Options.IsClient == true;

    /// <summary>Whether the operator allows this return URL: exactly this one (RFC 9700 §4.1.3).</summary>
    public bool Allows(string returnUrl) => settings.Value.ReturnUrlList.Contains(returnUrl);

    /// <summary>Whether the provider answers by a form of its own site, to which browsers send no cookie that is not <c>None</c>.</summary>
    public bool AnswersByForm(string provider) => providers.Find(provider)?.Rules.AnswersByForm == true;

    /// <summary>Where to send the browser.</summary>
    /// <exception cref="UnavailableException">The provider is away.</exception>
    public async Task<string> BeginAsync(string provider, AuthorizationRequest request, CancellationToken cancellationToken)
    {
        var found = Find(provider);
        var endpoint = EndpointOf((await found.MetadataAsync(cancellationToken)).Configuration.AuthorizationEndpoint);
        var query = new Dictionary<string, string>
        {
            ["response_type"] = "code",
            ["client_id"] = found.Options.ClientId,
            ["redirect_uri"] = CallbackOf(provider),
            ["scope"] = found.Rules.Scope,
            ["state"] = request.State,
            ["nonce"] = request.Nonce,
            ["code_challenge"] = ChallengeOf(request.Verifier),
            ["code_challenge_method"] = "S256",
        };
        if (found.Rules.AnswersByForm)
        {
            query["response_mode"] = "form_post";
        }

        var separator = endpoint.Query.Length > 0 ? '&' : '?';
        return $"{endpoint.AbsoluteUri}{separator}{string.Join('&', query.Select(Encode))}";
    }

    /// <summary>
    /// Exchanges the code of the provider's answer for an ID token, and validates that. Asks for the user info if the token has no address.
    /// </summary>
    /// <param name="issuer">The issuer that the answer names (RFC 9207); null: none.</param>
    /// <exception cref="UnavailableException">The provider is away, or refuses this app.</exception>
    public async Task<Result<ExternalIdentity>> CompleteAsync(
        string provider, AuthorizationRequest request, string code, string? issuer, CancellationToken cancellationToken)
    {
        var found = Find(provider);
        var metadata = (await found.MetadataAsync(cancellationToken)).Configuration;
        if (issuer is not null && issuer != found.Issuer && !found.Issuer.Contains(ProviderRules.Tenant, StringComparison.Ordinal))
        {
            return Problem.InvalidIdToken;
        }

        using var exchange = new HttpRequestMessage(HttpMethod.Post, EndpointOf(metadata.TokenEndpoint));
        var form = new Dictionary<string, string>
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = CallbackOf(provider),
            ["code_verifier"] = request.Verifier,
        };
        Authenticate(exchange, form, found, metadata.TokenEndpointAuthMethodsSupported);
        exchange.Content = new FormUrlEncodedContent(form);
        if (await ExchangeAsync(exchange, provider, cancellationToken) is not { IdToken: { } token } exchanged)
        {
            return Problem.InvalidIdToken;
        }

        var validated = await tokens.ValidateAsync(provider, token, request.Nonce, cancellationToken);
        return validated is { IsRefused: false, Reply: { Email: null } identity }
            && exchanged.AccessToken is { Length: > 0 } access
            && metadata.UserInfoEndpoint is { Length: > 0 } endpoint
                ? await userInfo.AddToAsync(identity, found, endpoint, access, cancellationToken)
                : validated;
    }

    /// <summary>The challenge of a verifier: S256 of RFC 7636 §4.2.</summary>
    public static string ChallengeOf(string verifier) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(verifier)));

    // A form unless the provider takes the secret in the header only: the default of the standard is the header.
    private void Authenticate(
        HttpRequestMessage exchange, Dictionary<string, string> form, IdentityProvider provider, ICollection<string> methods)
    {
        var secret = ClientSecrets.Of(provider.Options, provider.Issuer, time.GetUtcNow());
        if (methods.Contains("client_secret_post") || provider.Options.HasKey)
        {
            (form["client_id"], form["client_secret"]) = (provider.Options.ClientId, secret);
            return;
        }

        var credentials = Encoding.UTF8.GetBytes($"{Uri.EscapeDataString(provider.Options.ClientId)}:{Uri.EscapeDataString(secret)}");
        exchange.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(credentials));
    }

    /// <returns>Null: the provider does not take the code.</returns>
    private async Task<Exchanged?> ExchangeAsync(HttpRequestMessage exchange, string provider, CancellationToken cancellationToken)
    {
        try
        {
            using var response = await providers.Http.SendAsync(exchange, cancellationToken);
            var content = await response.Content.ReadAsByteArrayAsync(cancellationToken);
            if (response.IsSuccessStatusCode)
            {
                using var answer = JsonDocument.Parse(content);
                return new Exchanged(answer.RootElement.TextOf("id_token"), answer.RootElement.TextOf("access_token"));
            }

            var error = ErrorIn(content);
            return response.StatusCode is HttpStatusCode.BadRequest && error == "invalid_grant"
                ? null
                : throw new HttpRequestException($"{provider} refused the exchange of a code: {(int)response.StatusCode} {error}.");
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or OperationCanceledException)
        {
            throw new UnavailableException(TimeSpan.FromSeconds(5), e);
        }
    }

    private IdentityProvider Find(string provider) =>
        providers.Find(provider) is { Options.IsClient: true } found
            ? found
            : throw new ArgumentException("The app is no client of this provider.", nameof(provider));

    // Not from the request: its Host could be anyone's.
    private string CallbackOf(string provider) => $"{options.Value.Issuer}/account/login/external/{provider}/callback";

    private static Uri EndpointOf(string? endpoint)
    {
        try
        {
            return IdentityProvider.UrlOf(endpoint);
        }
        catch (FormatException e)
        {
            throw new UnavailableException(TimeSpan.FromSeconds(5), e);
        }
    }

    // For the log only, so in printable characters only.
    private static string ErrorIn(byte[] content)
    {
        try
        {
            using var answer = JsonDocument.Parse(content);
            return answer.RootElement.TextOf("error") is { Length: <= MaxErrorLength } error
                && !error.AsSpan().ContainsAnyExceptInRange(' ', '~')
                ? error
                : "";
        }
        catch (JsonException)
        {
            return "";
        }
    }

    private static string Encode(KeyValuePair<string, string> parameter) => $"{parameter.Key}={Uri.EscapeDataString(parameter.Value)}";

    private sealed record Exchanged(string? IdToken, string? AccessToken);
}

/// <summary>What the app keeps of a request to a provider until the answer: 256 random bits each.</summary>
/// <param name="Verifier">Of PKCE at the provider.</param>
public sealed record AuthorizationRequest(string State, string Nonce, string Verifier)
{
    private const int Bytes = 32;

    public static AuthorizationRequest New() => new(NewSecret(), NewSecret(), NewSecret());

    internal static string NewSecret() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
}
