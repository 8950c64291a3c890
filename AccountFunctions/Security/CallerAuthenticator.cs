using AccountFunctions.Accounts;
using AccountFunctions.Storage;

namespace AccountFunctions.Security;

/// <summary>
/// Turns an <c>Authorization</c> header (RFC 6750 §2.1) into the caller. The account is read with every call, so an access token dies at once when
/// the account is disabled, deleted or raised to a new version.
/// </summary>
public sealed class CallerAuthenticator(AccessTokens tokens, AccountStore accounts)
{
    private const string Scheme = "Bearer ";

    public async Task<Result<Caller>> AuthenticateAsync(string? authorization, CancellationToken cancellationToken)
    {
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return Problem.NotAuthenticated;
        }

        return await tokens.ValidateAsync(authorization[Scheme.Length..].Trim()) is { } claims
            && await accounts.FindAsync(claims.AccountId, cancellationToken) is { Disabled: false } account
            && account.Version == claims.Version
            ? new Caller(account, claims.SessionId)
            : Problem.TokenNotValid;
    }
}
