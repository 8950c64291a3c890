using System.Diagnostics;

namespace AccountFunctions.Benchmarks.Load;

/// <summary>One operation at one concurrency; all but the rate and the times are for a request.</summary>
/// <param name="Cpu">Milliseconds of the server or, where there is none, of this process, which does the work itself; so are the next two.</param>
/// <param name="StorageCpu">Milliseconds of the storage.</param>
public sealed record Measurement(double PerSecond, double P50, double P99, double Cpu, double AllocatedKiB, double StorageCalls, double StorageCpu);

/// <summary>Measures in a closed loop: so many callers, each sending its next request when it has the answer.</summary>
public sealed class Meter(int storageProcess)
{
    /// <param name="most">Requests after which it ends before its time.</param>
    public async Task<Measurement> RunAsync(int concurrency, TimeSpan duration, Func<int, Task> request, ServerProcess? server = null, int most = int.MaxValue)
    {
        var number = 0;
        var before = await ReadAsync(server);
        var watch = Stopwatch.StartNew();
        var times = (await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(async () =>
        {
            var own = new List<double>();
            while (watch.Elapsed < duration && Volatile.Read(ref number) < most)
            {
                var start = Stopwatch.GetTimestamp();
                await request(Interlocked.Increment(ref number) - 1);
                own.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            return own;
        })))).SelectMany(own => own).Order().ToList();
        var seconds = watch.Elapsed.TotalSeconds;
        var after = await ReadAsync(server);
        double Each(Func<(Usage Worker, double StorageMilliseconds), double> value) => (value(after) - value(before)) / times.Count;
        return new Measurement(
            times.Count / seconds,
            times[times.Count / 2],
            times[(int)(times.Count * 0.99)],
            Each(reading => reading.Worker.CpuMilliseconds),
            Each(reading => reading.Worker.AllocatedBytes / 1024.0),
            Each(reading => reading.Worker.StorageCalls),
            Each(reading => reading.StorageMilliseconds));
    }

    private async Task<(Usage Worker, double StorageMilliseconds)> ReadAsync(ServerProcess? server)
    {
        using var storage = Process.GetProcessById(storageProcess);
        return (server is null ? Usage.OfThisProcess() : await server.MeasureAsync(), storage.TotalProcessorTime.TotalMilliseconds);
    }
}
