using System.Globalization;
using System.Text.Json;

namespace Operations.Checks;

/// <summary>An answer of the deployment.</summary>
public sealed record CheckAnswer(int Status, string Text, IReadOnlyDictionary<string, string> Headers)
{
    private static readonly string[] Members = ["code", "data", "message", "status"];

    /// <summary>The answer as JSON.</summary>
    public JsonElement Json
    {
        get
        {
            try
            {
                return JsonSerializer.Deserialize<JsonElement>(Text);
            }
            catch (JsonException)
            {
                throw new CheckException(string.Create(CultureInfo.InvariantCulture, $"status {Status}, and the answer is no JSON"));
            }
        }
    }

    /// <summary>What the envelope of a success carries.</summary>
    public JsonElement Succeeds(int status = 200)
    {
        var envelope = Envelope(status, "success");
        Expect.That(envelope.Member("message").ValueKind is JsonValueKind.Null, "a success has a message");
        return envelope.Member("data");
    }

    /// <summary>The answer is <c>"success"</c>, as of every operation that returns nothing else.</summary>
    public void IsDone() => Expect.Equal("success", Succeeds().GetString(), "data");

    /// <param name="message">The code of the refusal; of fields, one line of the message.</param>
    /// <returns>The envelope.</returns>
    public JsonElement Refuses(int status, string message)
    {
        var envelope = Envelope(status, "error");
        Expect.That(envelope.Member("data").ValueKind is JsonValueKind.Null, "a refusal has data");
        var told = envelope.Text("message");
        Expect.That(told.Split('\n').Contains(message), $"the message is {told} instead of {message}");
        return envelope;
    }

    public void Is(int status)
    {
        if (Status != status)
        {
            var told = Text.StartsWith('{') && Json.TryGetProperty("message", out var message) ? $" ({message})" : "";
            throw new CheckException(string.Create(CultureInfo.InvariantCulture, $"status {Status}{told} instead of {status}"));
        }
    }

    public string Header(string name) =>
        Headers.TryGetValue(name, out var value) ? value : throw new CheckException($"without {name}");

    private JsonElement Envelope(int status, string outcome)
    {
        Is(status);
        var envelope = Json;
        Expect.That(envelope.ValueKind is JsonValueKind.Object, "the answer is no object");
        var members = envelope.EnumerateObject().Select(member => member.Name).Where(name => name != "errors").Order();
        Expect.That(members.SequenceEqual(Members), "the envelope has other members than status, code, data and message");
        Expect.Equal(outcome, envelope.Text("status"), "status of the envelope");
        Expect.That(
            envelope.Member("code") is { ValueKind: JsonValueKind.Number } code && code.TryGetInt32(out var number) && number == status,
            "the envelope names another status");
        return envelope;
    }
}

/// <summary>What a check requires.</summary>
internal static class Expect
{
    public static void That(bool holds, string flaw)
    {
        if (!holds)
        {
            throw new CheckException(flaw);
        }
    }

    public static void Equal(string expected, string? actual, string what) =>
        That(expected == actual, $"{what} is {actual ?? "null"} instead of {expected}");

    public static JsonElement Member(this JsonElement parent, string name) =>
        parent.ValueKind is JsonValueKind.Object && parent.TryGetProperty(name, out var member)
            ? member
            : throw new CheckException($"{name} is missing");

    public static string Text(this JsonElement parent, string name) =>
        parent.Member(name) is { ValueKind: JsonValueKind.String } member
            ? member.GetString() ?? ""
            : throw new CheckException($"{name} is no string");

    public static IReadOnlyList<JsonElement> Items(this JsonElement list) => list.ValueKind is JsonValueKind.Array
        ? [.. list.EnumerateArray()]
        : throw new CheckException("there is no list");
}
