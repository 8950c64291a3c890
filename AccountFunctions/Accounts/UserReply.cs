using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts;

/// <summary>The account as its owner sees it.</summary>
public sealed record UserReply(
    [Field("Given name.", MaxLength = ProfileLimits.Name, Example = "Ada")] string FirstName,
    [Field("Family name.", MaxLength = ProfileLimits.Name, Example = "Lovelace")] string LastName,
    [Field("The email address in its canonical form.", Example = "ada@example.com")] string Username,
    [Field("Country.", MaxLength = ProfileLimits.CountryCode, Example = "GB")] string? CountryCode,
    [Field("When the account expires. After that, it cannot sign in.", Example = "2026-12-23T12:00:00Z")] DateTime ExpirationDate,
    [Field("Hobbies.", MaxLength = ProfileLimits.Hobbies, Example = "Flying machines")] string? Hobbies,
    [Field("Job.", MaxLength = ProfileLimits.Job, Example = "Mathematician")] string? Job,
    [Field("About the person.", MaxLength = ProfileLimits.Bio, Example = "Wrote the first program.")] string? Bio,
    [Field(
        "`C` for clients, `A` for administrators.",
        Values = [AccountEntity.ClientRole, AccountEntity.AdminRole],
        Example = AccountEntity.ClientRole)]
    string Role,
    [Field("The language of mails; null for the deployment's default.", Example = "en")] string? Language)
{
    public static UserReply From(AccountEntity account) => new(
        account.FirstName,
        account.LastName,
        account.Username,
        account.CountryCode,
        account.ExpirationDate.UtcDateTime,
        account.Hobbies,
        account.Job,
        account.Bio,
        account.Role,
        account.Language);

    /// <summary>The account with its entity tag.</summary>
    public static Result<UserReply> WithETag(AccountEntity account) => new(From(account)) { ETag = TagOf(account) };

    /// <summary>Whether <c>If-Match</c> matches the account's state.</summary>
    public static bool Matches(string tags, AccountEntity account) => EntityTags.Match(tags, TagOf(account));

    private static string TagOf(AccountEntity account) => EntityTags.Of(From(account), AccountJson.Default.UserReply);
}
