using AccountFunctions.Storage;

namespace AccountFunctions.Accounts;

/// <summary>What an account's owner sees of it.</summary>
public sealed record UserReply(
    string FirstName,
    string LastName,
    string Username,
    string? CountryCode,
    DateTime ExpirationDate,
    string? Hobbies,
    string? Job,
    string? Bio,
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
