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
        "The value is of the wrong type, or has characters that do not belong there, such as line breaks in a name.",
        "Have the user mend it; a wrong type is a fault of the client.")]
    public const string Invalid = "invalid";

    [Explained("This is no e-mail address that mail can be sent to.", "Have the user check it.")]
    public const string InvalidEmail = "invalid_email";

    [Explained("The value is longer than the field takes.", "Have the user shorten it; the limits are in the API documentation.")]
    public const string TooLong = "too_long";

    [Explained(
        "The password is shorter than the deployment asks for.", "Tell the user the least length, which is in the API documentation.")]
    public const string TooShort = "too_short";

    [Explained(
        "The password is on a list of common ones, or a pattern.", "Have the user choose another; three unrelated words are a good one.")]
    public const string TooCommon = "too_common";

    [Explained("The password resembles the address or a name of its owner.", "Have the user choose another.")]
    public const string TooSimilar = "too_similar";
}
