using System.Globalization;
using System.Text;

namespace AccountFunctions.Benchmarks.Load;

/// <summary>Milliseconds, the medians of one caller, with few accounts and with so many more; the query is that of an address, without the app.</summary>
public sealed record ScaleResult(int Accounts, double FewLogin, double ManyLogin, double FewDetails, double ManyDetails, double FewQuery, double ManyQuery);

/// <summary>What <see cref="LoadCommand"/> measured, as tables and pictures.</summary>
public sealed class LoadReport
{
    private static readonly string[] Operations = ["login", "register", "details", "refresh", "code", "activate"];
    private readonly List<(string Operation, string Who, int Concurrency, Measurement Result)> results = [];

    /// <summary>Most memory of the app and of Identity after 200 logins at once and all else.</summary>
    public (long App, long Identity) Peak { get; set; }

    public double QueueLag { get; set; }

    public ScaleResult? Scale { get; set; }

    /// <param name="rounds">The medians of each figure count.</param>
    public void Add(string operation, string who, int concurrency, IReadOnlyList<Measurement> rounds)
    {
        double Median(Func<Measurement, double> figure) => rounds.Select(figure).Order().ElementAt(rounds.Count / 2);
        var result = new Measurement(
            Median(round => round.PerSecond),
            Median(round => round.P50),
            Median(round => round.P99),
            Median(round => round.Cpu),
            Median(round => round.AllocatedKiB),
            Median(round => round.StorageCalls),
            Median(round => round.StorageCpu));
        results.Add((operation, who, concurrency, result));
        Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{operation} {who} at {concurrency}: {result.PerSecond:N0}/s, p50 {result.P50:N2} ms, CPU {result.Cpu:N2} ms"));
    }

    public void Write(string folder)
    {
        var text = new StringBuilder();
        WriteGoals(text);
        WriteTable(text);
        Console.WriteLine(text);
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "load.md"), text.ToString());
        File.WriteAllText(Path.Combine(folder, "throughput.svg"), Throughput());
        File.WriteAllText(Path.Combine(folder, "breakdown.svg"), Breakdown());
    }

    private void WriteGoals(StringBuilder text)
    {
        var (hash, login, peer) = (Of("login", "hash alone", 8), Of("login", "app", 8), Of("login", "Identity", 8));

        // The share of both cores that the storage left over.
        var left = 1 - (login.PerSecond * login.StorageCpu / 1000 / Environment.ProcessorCount);
        double BeyondHash(string who, int concurrency) => Of("login", who, concurrency).Cpu - Of("login", "hash alone", concurrency).Cpu;
        Line(text, $"| figure | measured | goal |");
        Line(text, $"|---|---|---|");
        Line(text, $"| login: app CPU beyond the raw hash | {BeyondHash("app", 1):N2} ms of one caller, {BeyondHash("app", 8):N2} ms of eight (the raw calls {BeyondHash("raw", 1):N2} and {BeyondHash("raw", 8):N2}) | ≤ 2.5 ms |");
        Line(text, $"| login at 8: of the raw hash throughput, Azurite's CPU taken out | {login.PerSecond / (hash.PerSecond * left):P0} ({login.PerSecond / hash.PerSecond:P0} with it) | ≥ 85 % |");
        Line(text, $"| login at 8: times Identity's | {login.PerSecond / peer.PerSecond:N1} | ≥ 3 |");
        Line(text, $"| details: app CPU | {Of("details", "app", 8).Cpu:N2} ms (the raw read alone {Of("details", "raw", 8).Cpu:N2}) | ≤ 0.8 ms |");
        Line(text, $"| details: allocation | {Of("details", "app", 8).AllocatedKiB:N0} KiB | ≤ 40 KiB |");
        foreach (var operation in Operations)
        {
            Line(text, $"| {operation}: p50 at 1, times the raw calls | {Of(operation, "app", 1).P50 / Of(operation, "raw", 1).P50:N2} | ≤ 1.35 |");
        }

        Line(text, $"| details: p50 at 1, times a minimal app's with the same read | {Of("details", "app", 1).P50 / Of("details", "minimal", 1).P50:N2} | – |");
        Line(text, $"| peak RSS after 200 logins at once and all of this | {Peak.App >> 20} MB (Identity {Peak.Identity >> 20} MB) | ≤ 200 MB |");
        Line(text, $"| queue: job → mail at the service, idle, p50 | {QueueLag:N0} ms | ≤ 300 ms |");
        if (Scale is { } scale)
        {
            Line(text, $"| details: p50 with {scale.Accounts:N0} accounts more | {scale.ManyDetails:N2} ms against {scale.FewDetails:N2} ms ({(scale.ManyDetails / scale.FewDetails) - 1:+0 %;-0 %}) | within 10 % |");
            var (few, many) = (scale.FewLogin - scale.FewQuery, scale.ManyLogin - scale.ManyQuery);
            Line(text, $"| login: p50 with {scale.Accounts:N0} accounts more, without its partition query | {many:N2} ms against {few:N2} ms ({(many / few) - 1:+0 %;-0 %}); the query, which Azurite answers by looking at every row, {scale.ManyQuery:N2} ms against {scale.FewQuery:N2} ms | within 10 % |");
        }

        text.AppendLine();
    }

    private void WriteTable(StringBuilder text)
    {
        Line(text, $"| operation | who | at once | req/s | p50 ms | p99 ms | CPU ms | allocated KiB | storage calls |");
        Line(text, $"|---|---|---|---|---|---|---|---|---|");
        foreach (var (operation, who, concurrency, result) in results.OrderBy(row => row.Operation, StringComparer.Ordinal).ThenBy(row => row.Concurrency))
        {
            var calls = who is "raw" or "hash alone" ? "–" : result.StorageCalls.ToString("N1", CultureInfo.InvariantCulture);
            Line(text, $"| {operation} | {who} | {concurrency} | {result.PerSecond:N0} | {result.P50:N2} | {result.P99:N2} | {result.Cpu:N2} | {result.AllocatedKiB:N0} | {calls} |");
        }
    }

    private Measurement Of(string operation, string who, int concurrency) => results.First(row => (row.Operation, row.Who, row.Concurrency) == (operation, who, concurrency)).Result;

    /// <summary>Requests per second of eight callers, a group of bars an operation, each group on a scale of its own.</summary>
    private string Throughput()
    {
        var bars = results.Where(row => row.Concurrency == 8 && row.Operation is "login" or "register" or "details" or "refresh" && row.Who is "app" or "raw" or "Identity").ToList();
        var svg = Open("Requests per second of eight callers: the app, ASP.NET Core Identity, and the raw storage calls and hash", 24 * bars.Count);
        foreach (var (index, (operation, who, _, result)) in bars.Index())
        {
            var most = bars.Where(bar => bar.Operation == operation).Max(bar => bar.Result.PerSecond);
            Label(svg, index, $"{operation}, {who}");
            Bar(svg, index, 0, result.PerSecond / most, who is "app" ? "#0b57d0" : who is "raw" ? "#bdc1c6" : "#e8710a");
            Value(svg, index, result.PerSecond / most, $"{result.PerSecond:N0} req/s");
        }

        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>Where the median request of a single caller spends its time.</summary>
    private string Breakdown()
    {
        var svg = Open("Median milliseconds of a request of one caller: hash (orange), storage (grey), all else (blue)", 24 * Operations.Length);
        var most = Operations.Max(operation => Of(operation, "app", 1).P50);
        foreach (var (index, operation) in Operations.Index())
        {
            var (raw, app) = (Of(operation, "raw", 1).P50, Of(operation, "app", 1).P50);
            var hash = operation is "login" or "register" ? Of("login", "hash alone", 1).P50 : 0;
            Label(svg, index, operation);
            Bar(svg, index, 0, hash / most, "#e8710a");
            Bar(svg, index, hash / most, (raw - hash) / most, "#bdc1c6");
            Bar(svg, index, raw / most, Math.Max(0, app - raw) / most, "#0b57d0");
            Value(svg, index, Math.Max(raw, app) / most, $"{hash:N1} + {raw - hash:N1} + {app - raw:N1} ms");
        }

        return svg.Append("</svg>\n").ToString();
    }

    private static StringBuilder Open(string title, int height) => new(
        $"<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"720\" height=\"{height + 40}\" font-family=\"sans-serif\" font-size=\"13\">\n<title>{title}</title>\n"
        + $"<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n<text x=\"8\" y=\"20\" font-weight=\"bold\">{title}</text>\n");

    private static void Label(StringBuilder svg, int row, string text) => Line(svg, $"<text x=\"8\" y=\"{49 + (24 * row)}\">{text}</text>");

    private static void Bar(StringBuilder svg, int row, double from, double share, string colour) =>
        Line(svg, $"<rect x=\"{130 + (400 * from):F1}\" y=\"{34 + (24 * row)}\" width=\"{400 * share:F1}\" height=\"20\" fill=\"{colour}\"/>");

    private static void Value(StringBuilder svg, int row, double share, FormattableString text) =>
        Line(svg, $"<text x=\"{136 + (400 * share):F1}\" y=\"{49 + (24 * row)}\">{text.ToString(CultureInfo.InvariantCulture)}</text>");

    private static void Line(StringBuilder text, FormattableString line) => text.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
