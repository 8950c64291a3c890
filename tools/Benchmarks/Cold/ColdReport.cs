using System.Text;

namespace Benchmarks.Cold;

/// <summary>The times of starts, as a Markdown table: with the host's start, and without it.</summary>
public sealed class ColdReport(int starts)
{
    private static readonly (string Build, bool Both)[] Columns =
        [("built", true), ("ReadyToRun", true), ("built", false), ("ReadyToRun", false)];

    private readonly Dictionary<(string Name, string Build, bool Both), List<double>> times = [];
    private readonly Dictionary<(string Name, string Build), List<double>> memories = [];
    private readonly List<string> names = [];
    private readonly StringBuilder ratios = new();
    private string memoryRatio = "";

    /// <param name="both">Whether the time includes the start of the host.</param>
    public void Add(Start start, string build, bool both, double milliseconds)
    {
        if (!names.Contains(start.Name))
        {
            names.Add(start.Name);
        }

        times.TryAdd((start.Name, build, both), []);
        times[(start.Name, build, both)].Add(milliseconds);
    }

    /// <param name="memory">Bytes that the app uses when idle.</param>
    public void AddMemory(Start start, string build, double memory)
    {
        memories.TryAdd((start.Name, build), []);
        memories[(start.Name, build)].Add(memory);
    }

    /// <summary>Adds a row that compares the memory of two starts.</summary>
    public void AddMemoryRatio(Start app, Start minimal) => memoryRatio =
        $"| {app.Name}, times {minimal.Name} | {MemoryOf(app.Name, "built") / MemoryOf(minimal.Name, "built"):N2} "
        + $"| {MemoryOf(app.Name, "ReadyToRun") / MemoryOf(minimal.Name, "ReadyToRun"):N2} |\n";

    /// <summary>Adds a row that compares two starts.</summary>
    public void AddRatio(string name, Start app, Start minimal) => ratios.Append(
        Row(name, column => $"{Median(app.Name, column) / Median(minimal.Name, column):N2}"));

    public override string ToString() =>
        $"| start → answer, medians of {starts} | host and app, built | ReadyToRun | app alone, built | ReadyToRun |\n"
        + "|---|---|---|---|---|\n"
        + string.Concat(names.Select(name => Row(name, column => $"{Median(name, column):N0} ms"))) + ratios
        + "\n| memory of the app alone, idle after its first answer | built | ReadyToRun |\n|---|---|---|\n"
        + string.Concat(names.Select(name => $"| {name} | {MegabytesOf(name, "built")} | {MegabytesOf(name, "ReadyToRun")} |\n"))
        + memoryRatio;

    private static string Row(string name, Func<(string Build, bool Both), string> cell) =>
        $"| {name} | {string.Join(" | ", Columns.Select(column => cell(column)))} |\n";

    private string MegabytesOf(string name, string build) => $"{MemoryOf(name, build) / (1 << 20):N0} MB";

    private double MemoryOf(string name, string build) => memories[(name, build)].Order().ElementAt(starts / 2);

    private double Median(string name, (string Build, bool Both) column) =>
        times[(name, column.Build, column.Both)].Order().ElementAt(starts / 2);
}
