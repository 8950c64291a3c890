using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AccountFunctions.Contract.Fields;

/// <summary>
/// A member of a request as the client sent it: absent (the default), null, of another type, or a value. Distinguishing the four lets the
/// app report all field errors together, and tell "keep it" from "clear it".
/// </summary>
public readonly record struct Member<T>(MemberState State, T? Value = default)
{
    public static implicit operator Member<T>(T value) => new(MemberState.Value, value);
}

/// <summary>What a client may send for a member of a request.</summary>
public static class Member
{
    // The types that MemberConverter reads. It treats a value of any other type as invalid.
    private static readonly Type[] Types = [typeof(string), typeof(bool), typeof(JsonElement)];

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

/// <summary>
/// A value that is not a <typeparamref name="T"/> becomes <see cref="MemberState.Invalid"/>. A <see cref="JsonElement"/> is an object.
/// Fails only if that has a duplicate member.
/// </summary>
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
            case JsonTokenType.StartObject when typeof(T) == typeof(JsonElement)
                && JsonSerializer.Deserialize(ref reader, options.GetTypeInfo(typeof(JsonElement))) is T element:
                return element;
            default:
                reader.Skip();
                return new(MemberState.Invalid);
        }
    }

    // The app never writes requests, but the schema exporter writes the default.
    public override void Write(Utf8JsonWriter writer, Member<T> value, JsonSerializerOptions options) => writer.WriteNullValue();
}
