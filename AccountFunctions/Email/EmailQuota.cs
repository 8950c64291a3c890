using AccountFunctions.Storage;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Email;

/// <summary>Which mails go first when not all can. Those behind leave room to those before them.</summary>
public enum EmailPriority
{
    /// <summary>Somebody cannot sign in and waits.</summary>
    Reset,
    Activation,
    Notice,
}

/// <summary>
/// Keeps the mails of all instances together below what the transport takes (<see cref="EmailOptions.PerMinute"/> and <see cref="EmailOptions.PerHour"/>)
/// in any minute and hour. Of a large quota an instance reserves several at a time, to be used within five seconds; it gives back what it did not use.
/// </summary>
public sealed class EmailQuota(ThrottleStore store, OptimisticRetry retry, IOptions<EmailOptions> options, TimeProvider time) : IDisposable
{
    private const int SlotSeconds = 5;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly EmailOptions options = options.Value;
    private readonly int block = Math.Max(1, Math.Min(options.Value.PerMinute / 60, options.Value.PerHour / 720));
    private readonly SemaphoreSlim turn = new(1);
    private readonly Dictionary<EmailPriority, Budget> budgets = [];
    private EmailQuotaEntity row = new();

    /// <summary>Zero: one more mail may leave. Otherwise how long to wait before asking again.</summary>
    public async Task<TimeSpan> TakeAsync(EmailPriority priority, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var now = time.GetUtcNow();
            var budget = budgets.GetValueOrDefault(priority);
            if (budget.Left == 0 || SlotOf(budget.Reserved) != SlotOf(now))
            {
                if (budget.FullUntil > now)
                {
                    return budget.FullUntil - now;
                }

                budget = budgets[priority] = await ReserveAsync(Share(priority), budget, now, cancellationToken);
            }

            if (budget.Left == 0)
            {
                return budget.FullUntil - now;
            }

            budgets[priority] = budget with { Left = budget.Left - 1 };
            return TimeSpan.Zero;
        }
        finally
        {
            turn.Release();
        }
    }

    public void Dispose() => turn.Dispose();

    private static long SlotOf(DateTimeOffset now) => now.ToUnixTimeSeconds() / SlotSeconds;

    private static double Share(EmailPriority priority) => priority switch
    {
        EmailPriority.Reset => 1,
        EmailPriority.Activation => 0.9,
        _ => 0.7,
    };

    private async Task<Budget> ReserveAsync(double share, Budget last, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (perMinute, perHour) = (Math.Max(1, (int)(options.PerMinute * share)), Math.Max(1, (int)(options.PerHour * share)));
        return await retry.RunAsync<Budget>(
            row.PartitionKey,
            async () =>
            {
                var (minute, hour) = (new SlidingWindow(Minute, now, row.Minute), new SlidingWindow(Hour, now, row.Hour));
                minute.Add(-last.Left, last.Reserved);
                hour.Add(-last.Left, last.Reserved);
                var granted = Math.Min(block, Math.Min(perMinute - minute.Count, perHour - hour.Count));
                if (granted > 0)
                {
                    minute.Add(granted, now);
                    hour.Add(granted, now);
                    (row.Minute, row.Hour) = (minute.ToString(), hour.ToString());
                    if (await store.TrySaveAsync(row, cancellationToken))
                    {
                        return new Budget(granted, now, default);
                    }
                }
                else if (row.ETag != default)
                {
                    var (inMinute, inHour) = (minute.RoomAt(perMinute), hour.RoomAt(perHour));
                    return new Budget(0, now, inMinute > inHour ? inMinute : inHour);
                }

                row = await store.FindEmailQuotaAsync(cancellationToken);
                return null;
            },
            cancellationToken);
    }

    private readonly record struct Budget(int Left, DateTimeOffset Reserved, DateTimeOffset FullUntil);
}
