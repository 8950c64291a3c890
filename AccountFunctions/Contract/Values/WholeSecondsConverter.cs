using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace AccountFunctions.Contract.Values;

/// <summary>Writes times in UTC as RFC 3339 with whole seconds, because decoders of some platforms refuse fractions.</summary>
public sealed class WholeSecondsConverter : JsonConverter<DateTime>
{
    public override DateTime Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTime();

    public override void Write(Utf8JsonWriter writer, DateTime value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));
}
