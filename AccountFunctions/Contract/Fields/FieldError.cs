using AccountFunctions.Contract.Description;

namespace AccountFunctions.Contract.Fields;

/// <summary>What can be wrong with a field.</summary>
public static class FieldError
{
    [Explained("The field is missing.", "Ask the user for it.")]
    public const string Required = "required";

    [Explained("The field is empty.", "Ask the user for it.")]
    public const string Blank = "blank";

    [Explained("The field is null and may not be.", "Leave it out, or send a value.")]
    public const string Null = "null";

    [Explained(
        "The value has the wrong type, or characters that are not allowed there, such as line breaks in a name.",
        "Have the user correct it. A wrong type is a bug in the client.")]
    public const string Invalid = "invalid";

    [Explained("The value is not a valid email address.", "Have the user check it.")]
    public const string InvalidEmail = "invalid_email";

    [Explained("The value is longer than the field allows.", "Have the user shorten it; the limits are in the API documentation.")]
    public const string TooLong = "too_long";

    [Explained(
        "The password is shorter than the deployment requires.", "Tell the user the minimum length, which is in the API documentation.")]
    public const string TooShort = "too_short";

    [Explained(
        "The password is on a list of common ones, or a pattern.", "Have the user choose another; three unrelated words make a good one.")]
    public const string TooCommon = "too_common";

    [Explained("The password resembles the owner's address or name.", "Have the user choose another.")]
    public const string TooSimilar = "too_similar";
}
