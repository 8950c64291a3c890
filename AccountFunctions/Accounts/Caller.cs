using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts;

/// <summary>The caller of an operation with an access token: the account as just read, and the session that the token belongs to.</summary>
/// <param name="Client">What the client calls itself.</param>
/// <param name="IfMatch">The state that a change may be made to, if the caller insists on one.</param>
public sealed record Caller(AccountEntity Account, string SessionId, string? Client, string? IfMatch)
{
    /// <summary>As the history records the caller.</summary>
    public Actor Actor => new(SessionId, Client);

    /// <inheritdoc cref="AccountRequest.ForOwner"/>
    public AccountRequest Request => AccountRequest.ForOwner(Account);
}
