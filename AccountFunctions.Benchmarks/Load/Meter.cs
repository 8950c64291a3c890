using System.Diagnostics;

namespace AccountFunctions.Benchmarks.Load;

/// <summary>What the processes have used so far: the server under test, the storage, and this one, which sends the requests or does the raw work itself.</summary>
/// <param name="OwnMilliseconds">CPU time of this process.</param>
/// <param name="StorageMilliseconds">CPU time of the storage.</param>
public readonly record struct Reading(Usage Server, double OwnMilliseconds, double StorageMilliseconds);

/// <summary>One operation at one concurrency; all but the rate and the times are for a request.</summary>
/// <param name="Cpu">Milliseconds of the server.</param>
/// <param name="AllocatedKiB">By the server.</param>
/// <param name="StorageCalls">Of the server.</param>
/// <param name="OwnCpu">Milliseconds of whoever asks.</param>
/// <param name="StorageCpu">Milliseconds of the storage.</param>
public sealed record Measurement(double PerSecond, double P50, double P99, double Cpu = 0, double AllocatedKiB = 0, double StorageCalls = 0, double OwnCpu = 0, double StorageCpu = 0);

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
        double Each(Func<Reading, double> value) => (value(after) - value(before)) / times.Count;
        return new Measurement(
            times.Count / seconds,
            times[times.Count / 2],
            times[(int)(times.Count * 0.99)],
            Each(reading => reading.Server.CpuMilliseconds),
            Each(reading => reading.Server.AllocatedBytes / 1024.0),
            Each(reading => reading.Server.StorageCalls),
            Each(reading => reading.OwnMilliseconds),
            Each(reading => reading.StorageMilliseconds));
    }

    private async Task<Reading> ReadAsync(ServerProcess? server)
    {
        using var storage = Process.GetProcessById(storageProcess);
        return new Reading(server is null ? default : await server.MeasureAsync(), Environment.CpuUsage.TotalTime.TotalMilliseconds, storage.TotalProcessorTime.TotalMilliseconds);
    }
}
