using System.Diagnostics;
using Benchmarks.Servers;

namespace Benchmarks.Load;

/// <summary>The figures of one operation at one concurrency. All but the rate and the times are per request.</summary>
/// <param name="Cpu">Milliseconds of the server. Without a server, the CPU and allocation of this process.</param>
/// <param name="HostCpu">Milliseconds of the local host.</param>
/// <param name="StorageCpu">Milliseconds of the storage.</param>
public sealed record Measurement(
    double PerSecond, double P50, double P99, double Cpu, double HostCpu, double AllocatedKiB, double StorageCalls, double StorageCpu)
{
    /// <summary>The median of each figure.</summary>
    public static Measurement Median(IReadOnlyList<Measurement> rounds)
    {
        double Of(Func<Measurement, double> figure) => rounds.Select(figure).Order().ElementAt(rounds.Count / 2);
        return new Measurement(
            Of(round => round.PerSecond),
            Of(round => round.P50),
            Of(round => round.P99),
            Of(round => round.Cpu),
            Of(round => round.HostCpu),
            Of(round => round.AllocatedKiB),
            Of(round => round.StorageCalls),
            Of(round => round.StorageCpu));
    }
}

/// <summary>Measures in a closed loop: each caller sends its next request when it has the answer to the one before.</summary>
public sealed class Meter(int storageProcess)
{
    /// <param name="request">Sends the request with this number and waits for its answer.</param>
    /// <param name="server">The server that answers; null if this process does the work itself.</param>
    /// <param name="most">The number of requests that ends the measurement early.</param>
    public async Task<Measurement> RunAsync(
        int concurrency, TimeSpan duration, Func<int, Task> request, Server? server = null, int most = int.MaxValue)
    {
        var number = 0;
        var before = await ReadAsync(server);
        var watch = Stopwatch.StartNew();
        var callers = await Task.WhenAll(Enumerable.Range(0, concurrency).Select(_ => Task.Run(CallAsync)));
        var seconds = watch.Elapsed.TotalSeconds;
        var after = await ReadAsync(server);
        var times = callers.SelectMany(own => own).Order().ToList();
        double Each(Func<Reading, double> figure) => (figure(after) - figure(before)) / times.Count;
        return new Measurement(
            times.Count / seconds,
            times[times.Count / 2],
            times[(int)(times.Count * 0.99)],
            Each(reading => reading.Server.CpuMilliseconds),
            Each(reading => reading.Server.HostCpuMilliseconds),
            Each(reading => reading.Server.AllocatedBytes / 1024.0),
            Each(reading => reading.Server.StorageCalls),
            Each(reading => reading.StorageMilliseconds));

        async Task<List<double>> CallAsync()
        {
            var own = new List<double>();
            while (watch.Elapsed < duration && Volatile.Read(ref number) < most)
            {
                var start = Stopwatch.GetTimestamp();
                await request(Interlocked.Increment(ref number) - 1);
                own.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            }

            return own;
        }
    }

    private async Task<Reading> ReadAsync(Server? server)
    {
        using var storage = Process.GetProcessById(storageProcess);
        var usage = server is null ? Usage.OfThisProcess() : await server.MeasureAsync();
        return new Reading(usage, storage.TotalProcessorTime.TotalMilliseconds);
    }

    private readonly record struct Reading(Usage Server, double StorageMilliseconds);
}
