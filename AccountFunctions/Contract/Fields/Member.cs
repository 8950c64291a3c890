using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AccountFunctions.Contract.Fields;

/// <summary>
/// A member of a request as the client sent it: absent (the default), null, of another type, or a value. Keeping the four apart lets the
/// app report all field errors together, and tell "leave it" from "clear it".
/// </summary>
public readonly record struct Member<T>(MemberState State, T? Value = default)
{
    public static implicit operator Member<T>(T value) => new(MemberState.Value, value);
}

/// <summary>What a member of a request may be.</summary>
public static class Member
{
    // What MemberConverter reads. It takes every value of another type for an invalid one.
    private static readonly Type[] Types = [typeof(string), typeof(bool)];

    /// <summary>Whether a request has a <see cref="Member{T}"/> of a type that <see cref="MemberConverter{T}"/> cannot read.</summary>
    public static bool IsUnreadableIn(Type request) => request.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Select(property => property.PropertyType)
        .Where(type => type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Member<>))
        .Any(type => !Types.Contains(type.GenericTypeArguments[0]));
}

public enum MemberState
{
    Absent,
    Null,
    Invalid,
    Value,
}

/// <summary>Never fails: what is not a <typeparamref name="T"/> becomes <see cref="MemberState.Invalid"/>.</summary>
public sealed class MemberConverter<T> : JsonConverter<Member<T>>
{
    public override bool HandleNull => true;

    public override Member<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return new(MemberState.Null);
            case JsonTokenType.String when reader.GetString() is T text:
                return text;
            case JsonTokenType.True or JsonTokenType.False when reader.GetBoolean() is T flag:
                return flag;
            default:
                reader.Skip();
                return new(MemberState.Invalid);
        }
    }

    // Requests are read, not written; but the exporter of schemas writes the default.
    public override void Write(Utf8JsonWriter writer, Member<T> value, JsonSerializerOptions options) => writer.WriteNullValue();
}
