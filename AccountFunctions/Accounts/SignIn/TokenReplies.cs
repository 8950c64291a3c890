using System.Text.Json.Serialization;
using AccountFunctions.Contract.Description;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.SignIn;

public sealed record TokenReply(
    [Field("The access token, a JWT.", Example = TokenReplies.AccessExample)] string Access,
    [Field("The refresh token, opaque. It works once.", Example = TokenReplies.RefreshExample)] string Refresh,
    [Field("The account.")] UserReply User,
    [Field("The role of the account.", Values = [AccountEntity.ClientRole, AccountEntity.AdminRole], Example = AccountEntity.ClientRole)]
    string Role,
    [Field("How to send the access token (RFC 6750).", Values = ["Bearer"], Example = "Bearer")] string TokenType,
    [Field("Seconds until the access token expires.", Example = 900)] int ExpiresIn,
    [Field("After a sign-in only: proves that this client has signed in. Keep it, and send it with the next sign-in.",
        Example = TokenReplies.DeviceExample)]
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    string? Device = null);

/// <summary>Builds the reply to a sign-in and to a refresh.</summary>
public sealed class TokenReplies(AccessTokens accessTokens)
{
    internal const string AccessExample = "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.eyJzdWIiOiIwMTkzYTVmMCJ9.c2lnbmF0dXJl";
    internal const string RefreshExample = "AZOl8MGofS6bPE1eb3CBkgGTpfDBqX0um";
    internal const string DeviceExample = "pT3q9vN0cXh4mB1sWZ7rKf2yLdUe6aJgQ8oRiVtY5xM";

    public TokenReply Create(AccountEntity account, SessionEntity session, RefreshToken refresh) => new(
        accessTokens.Issue(account, session),
        refresh.ToString(),
        UserReply.From(account),
        account.Role,
        "Bearer",
        accessTokens.LifetimeSeconds);
}
