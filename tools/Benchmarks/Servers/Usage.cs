using System.Diagnostics;
using System.Globalization;
using System.IO.Pipes;

namespace Benchmarks.Servers;

/// <summary>What a server has used since its start. For an app, the worker process counts; its host has separate figures.</summary>
public readonly record struct Usage(
    double CpuMilliseconds, double HostCpuMilliseconds, long PeakBytes, long HostPeakBytes, long AllocatedBytes, long StorageCalls)
{
    private static readonly TimeSpan PipeTimeout = TimeSpan.FromSeconds(10);

    public static Usage OfThisProcess()
    {
        using var self = Process.GetCurrentProcess();
        return new Usage(self.TotalProcessorTime.TotalMilliseconds, 0, self.PeakWorkingSet64, 0, GC.GetTotalAllocatedBytes(), 0);
    }

    /// <summary>Reads the figures of other processes.</summary>
    /// <param name="hostProcessId">The process of its host; null if there is none.</param>
    /// <param name="hasHook">Whether the process has the startup hook, which reports its allocation.</param>
    public static async Task<Usage> ReadAsync(int processId, int? hostProcessId, bool hasHook)
    {
        var (allocated, calls) = hasHook ? await AskAsync(processId) : default;
        var (cpu, peak) = Read(processId);
        var (hostCpu, hostPeak) = hostProcessId is { } host ? Read(host) : default;
        return new Usage(cpu, hostCpu, peak, hostPeak, allocated, calls);
    }

    private static (double CpuMilliseconds, long PeakBytes) Read(int processId)
    {
        using var process = Process.GetProcessById(processId);
        return (process.TotalProcessorTime.TotalMilliseconds, process.PeakWorkingSet64);
    }

    private static async Task<(long AllocatedBytes, long StorageCalls)> AskAsync(int processId)
    {
        await using var pipe = new NamedPipeClientStream(".", StartupHook.Pipe(processId), PipeDirection.In, PipeOptions.Asynchronous);
        await pipe.ConnectAsync(PipeTimeout, CancellationToken.None);
        using var reader = new StreamReader(pipe);
        var parts = (await reader.ReadToEndAsync()).Split(' ');
        return (long.Parse(parts[0], CultureInfo.InvariantCulture), long.Parse(parts[1], CultureInfo.InvariantCulture));
    }
}
