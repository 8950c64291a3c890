using System.Collections.Concurrent;
using System.Net;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage.Changes;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Throttles;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security.Throttling;

/// <summary>
/// Limits how many requests one client network sends to the open operations per minute, for all instances together. An instance reserves a
/// block of requests in shared storage and spends it locally, so that most requests cost no storage call.
/// </summary>
public sealed partial class NetworkThrottle(
    ThrottleStore store,
    HousekeepingQueue housekeeping,
    IOptions<ThrottleOptions> options,
    TimeProvider time,
    ILogger<NetworkThrottle> logger)
    : IAsyncDisposable
{
    private const int NetworksPerJob = 200;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private readonly int limit = options.Value.RequestsPerMinute;
    private readonly IPNetwork[] exempt = [.. options.Value.ExemptRanges];
    private readonly int block = Math.Max(1, options.Value.RequestsPerMinute / 12);

    // Separate turns, because the store takes turns under the same keys.
    private readonly KeyedTurns turns = new();
    private readonly Lock sync = new();
    private Window current = new(DateTimeOffset.MinValue);

    /// <summary>Counts a request of the network. Null if the throttle admits it.</summary>
    public Task<Problem?> AdmitAsync(ClientNetwork network, CancellationToken cancellationToken)
    {
        if (IsExempt(network))
        {
            return Task.FromResult<Problem?>(null);
        }

        var now = time.GetUtcNow();
        var (key, window) = (network.Key, WindowAt(now));
        var budget = window.Budgets.GetOrAdd(key, _ => new Budget());
        return budget.Exhausted
            ? Task.FromResult<Problem?>(Refusal(window, now))
            : turns.RunAsync(
                key, Timeout.InfiniteTimeSpan, () => SpendAsync(key, window, budget, now, cancellationToken), cancellationToken);
    }

    /// <summary>Refuses a request without counting it. Null unless this instance knows that the network has used up its limit.</summary>
    public Problem? Peek(ClientNetwork network)
    {
        var now = time.GetUtcNow();
        var window = WindowAt(now);
        return window.Budgets.TryGetValue(network.Key, out var budget) && budget.Exhausted ? Refusal(window, now) : null;
    }

    private static Problem Refusal(Window window, DateTimeOffset now) =>
        Problem.Throttled(ThrottleKind.Network, window.Start + Minute - now);

    private bool IsExempt(ClientNetwork network) =>
        network.Address is { } address && Array.Exists(exempt, range => range.Contains(address));

    private async Task<Problem?> SpendAsync(
        string network, Window window, Budget budget, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (budget is { Left: 0, Exhausted: false })
        {
            budget.Left = await store.ReserveAsync(network, window.Start, block, limit, cancellationToken);
            budget.Exhausted = budget.Left == 0;
        }

        if (budget.Exhausted)
        {
            return Refusal(window, now);
        }

        budget.Left--;
        return null;
    }

    /// <summary>Schedules the sweep of the last window.</summary>
    public ValueTask DisposeAsync() => new(SweepAsync(current));

    // Every minute starts with empty counts, which also bounds the memory.
    private Window WindowAt(DateTimeOffset now)
    {
        var start = new DateTimeOffset(now.Ticks - (now.Ticks % Minute.Ticks), TimeSpan.Zero);
        lock (sync)
        {
            // A request that read the clock in the previous minute may arrive after one that read it in this minute.
            if (current.Start >= start)
            {
                return current;
            }

            _ = SweepAsync(current);
            return current = new Window(start);
        }
    }

    // If this fails, the next window of each network removes its rows.
    private async Task SweepAsync(Window window)
    {
        try
        {
            foreach (var networks in window.Budgets.Keys.Chunk(NetworksPerJob))
            {
                await housekeeping.EnqueueAsync(
                    new NetworkSweep(networks, window.Start + Minute + NetworkSweep.Margin), CancellationToken.None);
            }
        }
        catch (Exception e) when (e.IsOutage())
        {
            LogNotSwept(window.Start, e);
        }
    }

    private sealed class Window(DateTimeOffset start)
    {
        public DateTimeOffset Start { get; } = start;

        public ConcurrentDictionary<string, Budget> Budgets { get; } = [];
    }

    private sealed class Budget
    {
        public int Left { get; set; }

        public bool Exhausted { get; set; }
    }

    [LoggerMessage(LogLevel.Warning, "The network windows of {Minute} were not swept.")]
    private partial void LogNotSwept(DateTimeOffset minute, Exception exception);
}
