using AccountFunctions.Contract.Fields;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.Admin;

/// <summary>Members that only administrators send.</summary>
internal static class AdminFields
{
    /// <summary>Null if it is absent or invalid.</summary>
    public static string? Role(this FieldErrors errors, Member<string> member)
    {
        if (member.State is MemberState.Absent)
        {
            return null;
        }

        if (member.Value is AccountEntity.ClientRole or AccountEntity.AdminRole)
        {
            return member.Value;
        }

        errors.Add("role", member.State is MemberState.Null ? FieldError.Null : FieldError.Invalid);
        return null;
    }

    /// <summary>Null if it is absent or invalid.</summary>
    public static bool? Disabled(this FieldErrors errors, Member<bool> member)
    {
        if (member.State is MemberState.Null or MemberState.Invalid)
        {
            errors.Add("disabled", member.State is MemberState.Null ? FieldError.Null : FieldError.Invalid);
        }

        return member.State is MemberState.Value ? member.Value : null;
    }
}
