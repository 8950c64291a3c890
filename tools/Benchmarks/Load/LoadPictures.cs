using System.Globalization;

namespace Benchmarks.Load;

/// <summary>The report as SVG: the rates, and where the time of a request goes.</summary>
public static class LoadPictures
{
    private const int RowHeight = 24;
    private const string Blue = "#0b57d0";
    private const string Grey = "#bdc1c6";
    private const string Orange = "#e8710a";
    private const string Green = "#34a853";

    /// <summary>Operations per second of eight callers: a group of bars for each operation, each group with its own scale.</summary>
    public static string Throughput(LoadReport report)
    {
        string[] operations = ["hash", "login", "register", "details", "refresh"];
        var bars = report.Rows
            .Where(row => row.Concurrency == 8 && operations.Contains(row.Operation) && row.Who is not "hash alone")
            .ToList();
        var svg = Open("Operations per second of eight callers: the app (blue), its floors (grey, green), its peers (orange)", bars.Count);
        foreach (var (index, row) in bars.Index())
        {
            var most = bars.Where(bar => bar.Operation == row.Operation).Max(bar => bar.Result.PerSecond);
            var colour = row.Who switch
            {
                "app" => Blue,
                "raw" or "libargon2" => Grey,
                "MinimalWorker" => Green,
                _ => Orange,
            };
            Label(svg, index, $"{row.Operation}, {row.Who}");
            Bar(svg, index, 0, row.Result.PerSecond / most, colour);
            Value(svg, index, row.Result.PerSecond / most, $"{row.Result.PerSecond:N0}/s");
        }

        return Close(svg);
    }

    /// <summary>Where the median request of one caller spends its time.</summary>
    public static string Breakdown(LoadReport report)
    {
        var operations = LoadReport.Operations;
        var svg = Open(
            "Median milliseconds of one caller: hash (orange), storage (grey), host and worker (green), the app (blue)", operations.Count);
        var most = operations.Max(operation => report.Of(operation, "app", 1).P50);
        var host = report.Of("hello", "MinimalWorker", 1).P50;
        foreach (var (index, operation) in operations.Index())
        {
            var hash = operation is "login" or "register" ? report.Of("login", "hash alone", 1).P50 : 0;
            var raw = report.Of(operation, "raw", 1).P50;
            var rest = report.Of(operation, "app", 1).P50 - raw - host;
            Label(svg, index, operation);
            Bar(svg, index, 0, hash / most, Orange);
            Bar(svg, index, hash / most, (raw - hash) / most, Grey);
            Bar(svg, index, raw / most, host / most, Green);
            Bar(svg, index, (raw + host) / most, rest / most, Blue);
            Value(svg, index, (raw + host + Math.Max(0, rest)) / most, $"{hash:N1} + {raw - hash:N1} + {host:N1} + {rest:N1} ms");
        }

        return Close(svg);
    }

    private static StringWriter Open(string title, int rows)
    {
        var svg = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        svg.WriteLine(
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" width=\"760\" height=\"{(RowHeight * rows) + 40}\" "
            + "font-family=\"sans-serif\" font-size=\"13\">");
        svg.WriteLine($"<title>{title}</title>");
        svg.WriteLine("<rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>");
        svg.WriteLine($"<text x=\"8\" y=\"20\" font-weight=\"bold\">{title}</text>");
        return svg;
    }

    private static string Close(StringWriter svg)
    {
        svg.WriteLine("</svg>");
        return $"{svg}";
    }

    private static void Label(TextWriter svg, int row, string text) =>
        svg.WriteLine($"<text x=\"8\" y=\"{49 + (RowHeight * row)}\">{text}</text>");

    // A negative part is smaller than the noise.
    private static void Bar(TextWriter svg, int row, double from, double share, string colour)
    {
        var (x, y, width) = (170 + (400 * from), 34 + (RowHeight * row), 400 * Math.Max(0, share));
        svg.WriteLine($"<rect x=\"{x:F1}\" y=\"{y}\" width=\"{width:F1}\" height=\"20\" fill=\"{colour}\"/>");
    }

    private static void Value(TextWriter svg, int row, double share, string text)
    {
        var (x, y) = (176 + (400 * share), 49 + (RowHeight * row));
        svg.WriteLine($"<text x=\"{x:F1}\" y=\"{y}\">{text}</text>");
    }
}
