using System.Collections.Concurrent;
using AccountFunctions.Accounts;
using AccountFunctions.Housekeeping;
using AccountFunctions.Storage;
using Azure;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security;

/// <summary>
/// Bounds what one client network may ask of the open operations in a minute, all instances together: an instance reserves a block of requests in
/// shared storage and spends it locally, so that most requests cost no call.
/// </summary>
public sealed partial class NetworkThrottle(
    ThrottleStore store, HousekeepingSchedule housekeeping, IOptions<ThrottleOptions> options, TimeProvider time, ILogger<NetworkThrottle> logger) : IAsyncDisposable
{
    private const int NetworksPerJob = 200;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly int limit = options.Value.RequestsPerMinute;
    private readonly int block = Math.Max(1, options.Value.RequestsPerMinute / 12);
    private readonly Lock sync = new();
    private Window current = new(DateTimeOffset.MinValue);

    /// <summary>Null if one more request of the network is admitted.</summary>
    public async Task<Problem?> AdmitAsync(string network, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var window = WindowAt(new DateTimeOffset(now.Ticks - (now.Ticks % Minute.Ticks), TimeSpan.Zero));
        var budget = window.Budgets.GetOrAdd(network, _ => new Budget());
        await budget.Turn.WaitAsync(cancellationToken);
        try
        {
            if (budget is { Left: 0, Exhausted: false })
            {
                budget.Left = await store.ReserveAsync(network, window.Start, block, limit, cancellationToken);
                budget.Exhausted = budget.Left == 0;
            }

            if (budget.Exhausted)
            {
                return Problem.Throttled(ThrottleKind.Network, window.Start + Minute - now);
            }

            budget.Left--;
            return null;
        }
        finally
        {
            budget.Turn.Release();
        }
    }

    /// <summary>The last window, too, gets swept.</summary>
    public ValueTask DisposeAsync() => new(SweepAsync(current));

    // A new minute starts with nothing, which is also what keeps the memory bounded.
    private Window WindowAt(DateTimeOffset start)
    {
        lock (sync)
        {
            // Whoever looked at the clock just before another may come just after it.
            if (current.Start >= start)
            {
                return current;
            }

            _ = SweepAsync(current);
            return current = new Window(start);
        }
    }

    // Rows that are left behind because this failed go with the next window of their network.
    private async Task SweepAsync(Window window)
    {
        try
        {
            foreach (var networks in window.Budgets.Keys.Chunk(NetworksPerJob))
            {
                await housekeeping.EnqueueAsync(new NetworkSweep(networks, window.Start + Minute + NetworkSweep.Margin), CancellationToken.None);
            }
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            LogNotSwept(window.Start, e);
        }
    }

    private sealed class Window(DateTimeOffset start)
    {
        public DateTimeOffset Start { get; } = start;

        public ConcurrentDictionary<string, Budget> Budgets { get; } = [];
    }

    // Without a wait handle, a semaphore needs no disposal.
    private sealed class Budget
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public int Left { get; set; }

        public bool Exhausted { get; set; }
    }

    [LoggerMessage(LogLevel.Warning, "The network windows of {Minute} are not swept.")]
    private partial void LogNotSwept(DateTimeOffset minute, Exception exception);
}
