using AccountFunctions.Contract.Fields;

namespace AccountFunctions.Accounts.Factors;

/// <summary>What owners call their passkeys.</summary>
public static class PasskeyNames
{
    public const int MaxLength = 100;

    /// <summary>The name of a passkey whose owner has not named it.</summary>
    public const string Default = "Passkey";

    /// <summary>Null if it is absent, null, blank or invalid.</summary>
    public static string? ReadOptional(FieldErrors errors, Member<string> name) =>
        errors.Optional("name", name, MaxLength, singleLine: true)?.Trim() is { Length: > 0 } text ? text : null;

    /// <summary>Null if it is invalid.</summary>
    public static string? ReadRequired(FieldErrors errors, Member<string> name)
    {
        if (errors.Required("name", name) is null)
        {
            return null;
        }

        var text = ReadOptional(errors, name);
        if (text is null)
        {
            errors.Add("name", FieldError.Blank);
        }

        return text;
    }
}
