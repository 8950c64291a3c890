using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts;

/// <summary>The caller of an operation that takes an access token: the account as read for this request, and the token's session.</summary>
/// <param name="Client">What the client calls itself.</param>
/// <param name="IfMatch">The entity tags of <c>If-Match</c>: the state that the change applies to. Null: any.</param>
/// <param name="IsRepeat">
/// Whether the same call has ended this session a moment ago: its answer was lost, so the caller gets it again and nothing changes. Only
/// operations whose route takes repeats see such a caller.
/// </param>
public sealed record Caller(AccountEntity Account, string SessionId, string? Client, string? IfMatch, bool IsRepeat = false)
{
    /// <summary>The caller as the history records it.</summary>
    public Actor Actor => new(SessionId, Client);

    /// <inheritdoc cref="AccountRequest.ForOwner"/>
    public AccountRequest Request => AccountRequest.ForOwner(Account);
}
