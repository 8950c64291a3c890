using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using System.Xml;
using System.Xml.Linq;

namespace Operations.Checks;

/// <summary>Something is not as the contract says.</summary>
public sealed class CheckException(string message) : Exception(message);

/// <summary>Runs checks, and says of each in one line whether it holds.</summary>
public sealed class CheckReport(TextWriter output, CancellationToken stop)
{
    private readonly List<(string Name, TimeSpan Time, string? Flaw)> results = [];

    public int Failures => results.Count(result => result.Flaw is not null);

    /// <returns>Whether the check holds.</returns>
    public async Task<bool> CheckAsync(string name, Func<Task> check)
    {
        var start = Stopwatch.GetTimestamp();
        var flaw = await FlawOfAsync(check);
        results.Add((name, Stopwatch.GetElapsedTime(start), flaw));
        await output.WriteLineAsync(flaw is null ? $"ok      {name}" : $"FAILED  {name}: {flaw}");
        return flaw is null;
    }

    public Task SummarizeAsync() => output.WriteLineAsync(
        string.Create(CultureInfo.InvariantCulture, $"{results.Count - Failures} passed, {Failures} failed"));

    /// <summary>The results in the format that build servers read.</summary>
    public XDocument ToJUnit()
    {
        var cases = results.Select(result => new XElement(
            "testcase",
            new XAttribute("classname", "check"),
            new XAttribute("name", result.Name),
            new XAttribute("time", Seconds(result.Time)),
            result.Flaw is { } flaw ? new XElement("failure", new XAttribute("message", flaw)) : null));
        return new XDocument(new XElement(
            "testsuite",
            new XAttribute("name", "check"),
            new XAttribute("tests", results.Count),
            new XAttribute("failures", Failures),
            new XAttribute("errors", 0),
            new XAttribute("skipped", 0),
            new XAttribute("time", Seconds(TimeSpan.FromTicks(results.Sum(result => result.Time.Ticks)))),
            cases));
    }

    private async Task<string?> FlawOfAsync(Func<Task> check)
    {
        try
        {
            await check();
            return null;
        }
        catch (Exception e) when (
            e is CheckException or HttpRequestException or JsonException or InvalidOperationException or FormatException
            || (e is OperationCanceledException && !stop.IsCancellationRequested))
        {
            return Printable(e is OperationCanceledException ? "no answer in time" : e.Message);
        }
    }

    // It may quote an answer, which must break neither the line nor the terminal nor the XML.
    private static string Printable(string text) =>
        string.Concat(text.Select(sign => char.IsControl(sign) || !XmlConvert.IsXmlChar(sign) ? ' ' : sign));

    private static string Seconds(TimeSpan time) => time.TotalSeconds.ToString("0.000", CultureInfo.InvariantCulture);
}
