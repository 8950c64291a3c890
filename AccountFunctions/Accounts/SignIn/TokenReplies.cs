using AccountFunctions.Contract;
using AccountFunctions.Security;
using AccountFunctions.Storage;

namespace AccountFunctions.Accounts;

public sealed record TokenReply(
    [Field("The access token, a JWT.", Example = TokenReplies.AccessExample)] string Access,
    [Field("The refresh token, opaque. It works once.", Example = TokenReplies.RefreshExample)] string Refresh,
    [Field("The account.")] UserReply User,
    [Field("As in the account.", Values = [AccountEntity.ClientRole, AccountEntity.AdminRole], Example = AccountEntity.ClientRole)]
    string Role,
    [Field("How the access token is sent (RFC 6750).", Values = ["Bearer"], Example = "Bearer")] string TokenType,
    [Field("Seconds until the access token expires.", Example = 900)] int ExpiresIn);

/// <summary>Writes the reply to a sign-in and to a refresh.</summary>
public sealed class TokenReplies(AccessTokens accessTokens)
{
    internal const string AccessExample = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTkzYTVmMCJ9.c2lnbmF0dXJl";
    internal const string RefreshExample = "AZOl8MGofS6bPE1eb3CBkgGTpfDBqX0um";

    public TokenReply Create(AccountEntity account, SessionEntity session, RefreshToken refresh) => new(
        accessTokens.Issue(account, session),
        refresh.ToString(),
        UserReply.From(account),
        account.Role,
        "Bearer",
        accessTokens.LifetimeSeconds);
}
