using System.Diagnostics;

namespace Operations;

/// <summary>Tells every five seconds how far long work has come, until it is disposed.</summary>
internal sealed class Progress : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);
    private readonly Stopwatch clock = Stopwatch.StartNew();
    private readonly Timer timer;

    /// <param name="output">Takes lines from several threads.</param>
    /// <param name="unit">What is counted, such as <c>rows</c>.</param>
    /// <param name="count">How many are done.</param>
    public Progress(TextWriter output, string unit, Func<long> count) => timer = new Timer(
        _ => output.WriteLine($"… {count():N0} {unit}, {count() / clock.Elapsed.TotalSeconds:N0} a second"), null, Interval, Interval);

    public TimeSpan Elapsed => clock.Elapsed;

    public void Dispose() => timer.Dispose();
}
