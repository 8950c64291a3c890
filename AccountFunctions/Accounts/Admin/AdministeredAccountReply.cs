using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.Admin;

/// <summary>An account as an administrator sees it.</summary>
public sealed record AdministeredAccountReply(
    [Field("The account's id, `sub` of its access tokens.", Example = "0193a5f0c1a87d2e9b3c4d5e6f708192")] string Id,
    [Field("The email address in its canonical form.", Example = "ada@example.com")] string Username,
    [Field("Given name.", MaxLength = ProfileLimits.Name, Example = "Ada")] string FirstName,
    [Field("Family name.", MaxLength = ProfileLimits.Name, Example = "Lovelace")] string LastName,
    [Field(
        "`C` for clients, `A` for administrators.",
        Values = [AccountEntity.ClientRole, AccountEntity.AdminRole],
        Example = AccountEntity.ClientRole)]
    string Role,
    [Field("Whether an administrator has disabled it.", Example = false)] bool Disabled,
    [Field("When the account expires. Accounts of administrators do not.", Example = "2026-12-23T12:00:00Z")] DateTime ExpirationDate,
    [Field("When the account was created.", Example = "2026-11-23T12:00:00Z")] DateTime Created,
    [Field("When the account will be deleted; null if no deletion was requested.", Example = "2026-12-07T12:00:00Z")] DateTime? DeletesAt,
    [Field("Whether it has a password.", Example = true)] bool HasPassword,
    [Field("Since when it has an authenticator app; null: it has none.", Example = "2026-11-23T12:00:00Z")] DateTime? SecondFactorSince)
{
    public static AdministeredAccountReply From(AccountEntity account) => new(
        account.Id,
        account.Username,
        account.FirstName,
        account.LastName,
        account.Role,
        account.Disabled,
        account.ExpirationDate.UtcDateTime,
        account.Created.UtcDateTime,
        account.DeletesAt?.UtcDateTime,
        account.Credential is not null,
        account.SecondFactorSince?.UtcDateTime);

    /// <summary>The account with its entity tag.</summary>
    public static Result<AdministeredAccountReply> WithETag(AccountEntity account) => new(From(account)) { ETag = TagOf(account) };

    /// <summary>Whether <c>If-Match</c> matches the account's state.</summary>
    public static bool Matches(string tags, AccountEntity account) => EntityTags.Match(tags, TagOf(account));

    private static string TagOf(AccountEntity account) => EntityTags.Of(From(account), AccountJson.Default.AdministeredAccountReply);
}
