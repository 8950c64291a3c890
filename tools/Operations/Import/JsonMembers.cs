using System.Globalization;
using System.Text.Json;

namespace Operations.Import;

/// <summary>Members of JSON that another system wrote: what is missing, or of another type, is as if it were not there.</summary>
internal static class JsonMembers
{
    public static bool Has(this JsonElement element, string name) => element.Member(name).ValueKind is not JsonValueKind.Undefined;

    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) ? value : default;

    public static string? Text(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } value ? value.GetString() : null;

    /// <summary>SQL Server and SQLite write flags as numbers.</summary>
    public static bool? Flag(this JsonElement element, string name) => element.Member(name) switch
    {
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        { ValueKind: JsonValueKind.Number } number => number.GetDouble() != 0,
        _ => null,
    };

    /// <summary>A time of ISO 8601, in UTC if it does not say otherwise.</summary>
    public static DateTimeOffset? Time(this JsonElement element, string name) =>
        DateTimeOffset.TryParse(element.Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time)
            ? time.ToUniversalTime()
            : null;

    /// <summary>Milliseconds since 1970, as a number or a text.</summary>
    public static DateTimeOffset? Milliseconds(this JsonElement element, string name) =>
        long.TryParse(element.Member(name).ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var milliseconds)
            ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds)
            : null;

    public static IEnumerable<JsonElement> Items(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : [];

    /// <summary>JSON in a text.</summary>
    public static JsonElement Inner(this JsonElement element, string name) =>
        element.Text(name) is { } text ? JsonElement.Parse(text) : default;
}
