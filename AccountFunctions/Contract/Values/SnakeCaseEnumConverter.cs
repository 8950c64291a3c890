using System.Text.Json;
using System.Text.Json.Serialization;

namespace AccountFunctions.Contract.Values;

/// <summary>Writes the members of an enum as snake_case strings.</summary>
public sealed class SnakeCaseEnumConverter<TEnum>()
    : JsonStringEnumConverter<TEnum>(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false)
    where TEnum : struct, Enum;
