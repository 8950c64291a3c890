using AccountFunctions.Contract.Fields;

namespace AccountFunctions.Accounts.Profile;

/// <summary>Members that describe the owner of an account.</summary>
internal static class ProfileFields
{
    public static (string? CountryCode, string? Hobbies, string? Job, string? Bio) Profile(
        this FieldErrors errors, Member<string> countryCode, Member<string> hobbies, Member<string> job, Member<string> bio) => (
            errors.Optional("country_code", countryCode, ProfileLimits.CountryCode, singleLine: true),
            errors.Optional("hobbies", hobbies, ProfileLimits.Hobbies),
            errors.Optional("job", job, ProfileLimits.Job, singleLine: true),
            errors.Optional("bio", bio, ProfileLimits.Bio));
}
