using AccountFunctions.Security;
using AccountFunctions.Storage;

namespace AccountFunctions.Accounts;

/// <param name="ExpiresIn">Seconds that <paramref name="Access"/> is good for.</param>
public sealed record LoginReply(string Access, string Refresh, UserReply User, string Role, string TokenType, int ExpiresIn);

/// <summary>What a client gets that has a session: on sign-in and on every refresh.</summary>
public sealed class SessionReplies(AccessTokens accessTokens)
{
    public LoginReply Create(AccountEntity account, RefreshToken refresh) => new(
        accessTokens.Issue(account, refresh.SessionId), refresh.ToString(), UserReply.From(account), account.Role, "Bearer", accessTokens.LifetimeSeconds);
}
