using System.Globalization;
using System.Text;
using System.Text.Json;
using Azure.Data.Tables;

namespace Operations.Backups;

/// <summary>
/// A row as a line of JSON: its keys, and each column with its type in EDM's terms, so that it comes back as it was. Tag and time stamp are
/// the service's own.
/// </summary>
public static class RowLine
{
    private static readonly string[] NotColumns = ["PartitionKey", "RowKey", "Timestamp", "odata.etag"];

    public static string Write(TableEntity row)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartArray();
            json.WriteStringValue(row.PartitionKey);
            json.WriteStringValue(row.RowKey);
            foreach (var (name, value) in row.Where(column => column.Value is not null && !NotColumns.Contains(column.Key)))
            {
                var (type, text) = Write(value);
                json.WriteStringValue(name);
                json.WriteStringValue(type);
                json.WriteStringValue(text);
            }

            json.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.ToArray());
    }

    /// <exception cref="BackupException">The line is no row.</exception>
    public static TableEntity Read(string line)
    {
        try
        {
            var parts = JsonSerializer.Deserialize(line, RowLineJson.Default.StringArray) ?? [];
            var row = new TableEntity(parts[0], parts[1]);
            for (var at = 2; at < parts.Length; at += 3)
            {
                row[parts[at]] = Read(parts[at + 1], parts[at + 2]);
            }

            return row;
        }
        catch (Exception e) when (e is JsonException or FormatException or OverflowException or IndexOutOfRangeException)
        {
            throw new BackupException("A line is no row.", e);
        }
    }

    private static (string Type, string Text) Write(object value) => value switch
    {
        string text => ("Edm.String", text),
        bool flag => ("Edm.Boolean", flag ? "true" : "false"),
        int number => ("Edm.Int32", number.ToString(CultureInfo.InvariantCulture)),
        long number => ("Edm.Int64", number.ToString(CultureInfo.InvariantCulture)),
        double number => ("Edm.Double", number.ToString("R", CultureInfo.InvariantCulture)),
        DateTimeOffset time => ("Edm.DateTime", time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture)),
        Guid id => ("Edm.Guid", id.ToString()),
        byte[] bytes => ("Edm.Binary", Convert.ToBase64String(bytes)),
        BinaryData bytes => ("Edm.Binary", Convert.ToBase64String(bytes.ToArray())),
        _ => throw new BackupException($"No row has a column of {value.GetType().Name}."),
    };

    private static object Read(string type, string text) => type switch
    {
        "Edm.String" => text,
        "Edm.Boolean" => text == "true",
        "Edm.Int32" => int.Parse(text, CultureInfo.InvariantCulture),
        "Edm.Int64" => long.Parse(text, CultureInfo.InvariantCulture),
        "Edm.Double" => double.Parse(text, CultureInfo.InvariantCulture),
        "Edm.DateTime" => DateTimeOffset.Parse(text, CultureInfo.InvariantCulture),
        "Edm.Guid" => Guid.Parse(text),
        "Edm.Binary" => Convert.FromBase64String(text),
        _ => throw new FormatException(),
    };
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
internal sealed partial class RowLineJson : System.Text.Json.Serialization.JsonSerializerContext;
