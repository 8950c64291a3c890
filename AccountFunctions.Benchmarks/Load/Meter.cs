using System.Diagnostics;

namespace AccountFunctions.Benchmarks.Load;

/// <summary>One operation at one concurrency.</summary>
/// <param name="CpuMilliseconds">Of the server, for a request.</param>
/// <param name="AllocatedKiB">By the server, for a request.</param>
public sealed record Measurement(double PerSecond, double P50, double P99, double CpuMilliseconds = 0, double AllocatedKiB = 0);

/// <summary>Measures in a closed loop: so many callers, each sending its next request when it has the answer.</summary>
public static class Meter
{
    public static async Task<Measurement> RunAsync(int concurrency, TimeSpan duration, Func<int, Task> request, ServerProcess? server = null)
    {
        var number = 0;
        var before = server is null ? default : await server.MeasureAsync();
        var watch = Stopwatch.StartNew();
        var times = (await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
        {
            var own = new List<double>();
            while (watch.Elapsed < duration)
            {
                var start = Stopwatch.GetTimestamp();
                await request(Interlocked.Increment(ref number) - 1);
                own.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            return own;
        })))).SelectMany(own => own).Order().ToList();
        var seconds = watch.Elapsed.TotalSeconds;
        var after = server is null ? default : await server.MeasureAsync();
        return new Measurement(
            times.Count / seconds,
            times[times.Count / 2],
            times[(int)(times.Count * 0.99)],
            (after.CpuMilliseconds - before.CpuMilliseconds) / times.Count,
            (after.AllocatedBytes - before.AllocatedBytes) / 1024.0 / times.Count);
    }
}
