using System.Globalization;
using System.Text.Json;
using AccountFunctions.Accounts.Import;

namespace Operations.Import;

/// <summary>A file of users: JSON Lines, a JSON array, or a JSON document with an array in it.</summary>
internal sealed class ImportFile(string path)
{
    // The Unicode byte order mark that some tools begin a file with.
    private const char Mark = '\uFEFF';

    /// <summary>The users that a source describes.</summary>
    /// <param name="read">Describes the user of an element.</param>
    /// <param name="member">Where a document has its array.</param>
    /// <param name="takes">Whether an element is a user; null: each is.</param>
    public IEnumerable<SourceRecord> Read(
        Func<JsonElement, AccountRecord> read, string? member = null, Predicate<JsonElement>? takes = null)
    {
        foreach (var (place, json, fault) in Elements(member))
        {
            if (fault is not null)
            {
                yield return new SourceRecord(place, null, fault);
            }
            else if (takes is null || takes(json))
            {
                yield return Describe(place, json, read);
            }
        }
    }

    /// <summary>Each element with its place: the number of its line, or in the array, from 1 on.</summary>
    public IEnumerable<(int Place, JsonElement Json, string? Fault)> Elements(string? member = null) =>
        member is not null || FirstCharacter() is '[' ? ReadDocument(member) : ReadLines();

    private static SourceRecord Describe(int place, JsonElement json, Func<JsonElement, AccountRecord> read)
    {
        try
        {
            return new SourceRecord(place, read(json), null);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return new SourceRecord(place, null, e.Message.Split('\n')[0]);
        }
    }

    private IEnumerable<(int Place, JsonElement Json, string? Fault)> ReadLines()
    {
        var place = 0;
        foreach (var line in File.ReadLines(path))
        {
            place++;
            if (string.IsNullOrWhiteSpace(line))
            {
                continue;
            }

            JsonElement json = default;
            string? fault = null;
            try
            {
                json = JsonElement.Parse(line.TrimStart(Mark));
            }
            catch (JsonException e)
            {
                fault = $"no JSON: {e.Message.Split('\n')[0]}";
            }

            yield return (place, json, fault);
        }
    }

    private IEnumerable<(int Place, JsonElement Json, string? Fault)> ReadDocument(string? member)
    {
        using var stream = File.OpenRead(path);
        using var document = JsonDocument.Parse(stream);
        var array = document.RootElement.ValueKind is JsonValueKind.Array || member is null
            ? document.RootElement
            : document.RootElement.Member(member);
        if (array.ValueKind is not JsonValueKind.Array)
        {
            throw new JsonException(string.Create(CultureInfo.InvariantCulture, $"The file has no array '{member}'."));
        }

        var place = 0;
        foreach (var element in array.EnumerateArray())
        {
            yield return (++place, element, null);
        }
    }

    private char FirstCharacter() =>
        File.ReadLines(path).Select(line => line.Trim().TrimStart(Mark)).FirstOrDefault(line => line.Length > 0)?[0] ?? ' ';
}

/// <summary>A user in a file.</summary>
/// <param name="Record">Null: it cannot be read, and <paramref name="Fault"/> says why.</param>
internal sealed record SourceRecord(int Place, AccountRecord? Record, string? Fault);
