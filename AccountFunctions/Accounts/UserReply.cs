using AccountFunctions.Documentation;
using AccountFunctions.Storage;

namespace AccountFunctions.Accounts;

/// <summary>What an account's owner sees of it.</summary>
public sealed record UserReply(
    [Field("Given name.", MaxLength = ProfileLimits.Name, Example = "Ada")] string FirstName,
    [Field("Family name.", MaxLength = ProfileLimits.Name, Example = "Lovelace")] string LastName,
    [Field("The e-mail address in its canonical form.", Example = "ada@example.com")] string Username,
    [Field("Country.", MaxLength = ProfileLimits.CountryCode, Example = "GB")] string? CountryCode,
    [Field("Until when it may sign in.", Example = "2026-12-23T12:00:00Z")] DateTime ExpirationDate,
    [Field("Hobbies.", MaxLength = ProfileLimits.Hobbies, Example = "Flying machines")] string? Hobbies,
    [Field("Job.", MaxLength = ProfileLimits.Job, Example = "Mathematician")] string? Job,
    [Field("About the person.", MaxLength = ProfileLimits.Bio, Example = "Wrote the first program.")] string? Bio,
    [Field("`C` for clients, `A` for administrators.", Values = [AccountEntity.ClientRole, AccountEntity.AdminRole], Example = AccountEntity.ClientRole)]
    string Role)
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
        account.Role);
}

/// <summary>Upper bounds of the profile fields, in Unicode code points.</summary>
public static class ProfileLimits
{
    public const int Name = 150;
    public const int CountryCode = 10;
    public const int Hobbies = 255;
    public const int Job = 100;
    public const int Bio = 4000;
}
