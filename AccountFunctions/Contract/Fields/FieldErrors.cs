using System.Globalization;
using System.Text.Json;
using AccountFunctions.Contract.Answers;

namespace AccountFunctions.Contract.Fields;

/// <summary>Reads the members of a request and collects their errors, so that the app reports all of them together.</summary>
public sealed class FieldErrors
{
    // Room for separators between all digits, and some to spare.
    private const int MaxCodeLength = 64;
    private static readonly string[] TimeFormats = ["yyyy-MM-dd'T'HH:mm:ssK", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK"];
    private readonly Dictionary<string, IReadOnlyList<string>> errors = [];

    public bool Any => errors.Count > 0;

    public Problem ToProblem() => Problem.Fields(errors);

    /// <summary>Keeps the first code of a field: it is the one that the user must correct first.</summary>
    public void Add(string field, string code) => errors.TryAdd(field, [code]);

    public EmailAddress? RequiredAddress(string field, Member<string> member)
    {
        EmailAddress? address = null;
        if (Required(field, member) is { } text && !EmailAddress.TryParse(text, out address))
        {
            Add(field, text.AsSpan().Trim().IsEmpty ? FieldError.Blank : FieldError.InvalidEmail);
        }

        return address;
    }

    /// <summary>A string that must not be empty, exactly as sent.</summary>
    public string? Required(string field, Member<string> member)
    {
        var text = Optional(field, member);
        if (member.State is MemberState.Absent or MemberState.Null)
        {
            Add(field, member.State is MemberState.Null ? FieldError.Null : FieldError.Required);
        }
        else if (text is "")
        {
            Add(field, FieldError.Blank);
        }

        return text is "" ? null : text;
    }

    /// <summary>A JSON object.</summary>
    public JsonElement? Required(string field, Member<JsonElement> member)
    {
        switch (member.State)
        {
            case MemberState.Value:
                return member.Value;
            case MemberState.Absent:
                Add(field, FieldError.Required);
                break;
            default:
                Add(field, member.State is MemberState.Null ? FieldError.Null : FieldError.Invalid);
                break;
        }

        return null;
    }

    /// <summary>
    /// A mailed code as people paste it: in any width, with separators and invisible characters. Anything but this number of digits is
    /// invalid, so that a code that cannot match costs no try.
    /// </summary>
    public string? RequiredCode(string field, Member<string> member, int digits) => RequiredCode(
        field, member, code => code.Length == digits && code.All(char.IsAsciiDigit) ? code : null);

    /// <summary>Such a code, or one of this many characters in <see cref="Crockford"/>'s base32.</summary>
    public string? RequiredCode(string field, Member<string> member, int digits, int characters) => RequiredCode(
        field,
        member,
        code => code.Length == digits && code.All(char.IsAsciiDigit) ? code : Crockford.Read(code, characters));

    /// <summary>
    /// A second factor: a code of this many digits, or of this many characters in <see cref="Crockford"/>'s base32. Null if it is absent,
    /// null, empty or invalid.
    /// </summary>
    public string? OptionalCode(string field, Member<string> member, int digits, int characters) =>
        member.State is MemberState.Absent or MemberState.Null || member.Value is "" ? null
        : RequiredCode(field, member, digits, characters);

    private string? RequiredCode(string field, Member<string> member, Func<string, string?> read)
    {
        if (Required(field, member) is not { } text || errors.ContainsKey(field))
        {
            return null;
        }

        // Check the length before normalising, because a long text of combining marks would keep a core busy.
        var code = text.Length <= MaxCodeLength ? UnicodeText.WithoutSeparators(text) : "";
        if (read(code) is { } right)
        {
            return right;
        }

        Add(field, FieldError.Invalid);
        return null;
    }

    /// <summary>
    /// A string of at most <paramref name="maxLength"/> Unicode code points; null if it is null, absent, too long or not text.
    /// </summary>
    public string? Optional(string field, Member<string> member, int maxLength = int.MaxValue, bool singleLine = false)
    {
        if (member.State is MemberState.Invalid
            || !UnicodeText.IsWellFormed(member.Value)
            || (singleLine && member.Value is { } line && line.Any(char.IsControl)))
        {
            Add(field, FieldError.Invalid);
            return null;
        }

        if (member.Value is { } text && text.Length > maxLength && text.EnumerateRunes().Count() > maxLength)
        {
            Add(field, FieldError.TooLong);
            return null;
        }

        return member.Value;
    }

    /// <summary>A time as RFC 3339 writes it.</summary>
    public DateTimeOffset? RequiredTime(string field, Member<string> member)
    {
        if (Required(field, member) is not { } text || errors.ContainsKey(field))
        {
            return null;
        }

        if (DateTimeOffset.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.None, out var time))
        {
            return time.ToUniversalTime();
        }

        Add(field, FieldError.Invalid);
        return null;
    }

    /// <summary>A person's name. It may be omitted, which means an empty name, but must not be null.</summary>
    public string Name(string field, Member<string> member)
    {
        if (member.State is MemberState.Null)
        {
            Add(field, FieldError.Null);
        }

        return Optional(field, member, ProfileLimits.Name, singleLine: true) ?? "";
    }
}
