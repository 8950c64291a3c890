using AccountFunctions.Storage.Throttles;
using AccountFunctions.Telemetry;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Email;

/// <summary>
/// Keeps the mails of all instances together below the limits of the transport (<see cref="EmailOptions.PerMinute"/> and <see
/// cref="EmailOptions.PerHour"/>) in any minute and hour. An instance reserves several of a large quota at a time, for five seconds, and
/// gives back what it did not use.
/// </summary>
public sealed class EmailQuota(ThrottleStore store, IOptions<EmailOptions> options, AccountMetrics metrics, TimeProvider time) : IDisposable
{
    private const int SlotSeconds = 5;
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private readonly EmailOptions options = options.Value;
    private readonly int block = Math.Max(1, Math.Min(options.Value.PerMinute / 60, options.Value.PerHour / 720));
    private readonly SemaphoreSlim turn = new(1);
    private readonly Dictionary<EmailPriority, Budget> budgets = [];
    private EmailQuotaEntity row = new();

    /// <summary>Zero if one more mail may go; otherwise the time to wait before asking again.</summary>
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
        EmailPriority.Security => 1,
        EmailPriority.Reset => 0.95,
        EmailPriority.Activation => 0.9,
        _ => 0.7,
    };

    private async Task<Budget> ReserveAsync(double share, Budget last, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (perMinute, perHour) = (Math.Max(1, (int)(options.PerMinute * share)), Math.Max(1, (int)(options.PerHour * share)));
        var granted = new Budget(0, now, now);
        row = await store.ChangeQuotaAsync(
            row,
            current =>
            {
                var (minute, hour) = (new SlidingWindow(Minute, now, current.Minute), new SlidingWindow(Hour, now, current.Hour));
                minute.Add(-last.Left, last.Reserved);
                hour.Add(-last.Left, last.Reserved);
                var room = Math.Min(block, Math.Min(perMinute - minute.Count, perHour - hour.Count));
                if (room <= 0)
                {
                    var (inMinute, inHour) = (minute.RoomAt(perMinute), hour.RoomAt(perHour));
                    granted = new Budget(0, now, inMinute > inHour ? inMinute : inHour);
                    return false;
                }

                minute.Add(room, now);
                hour.Add(room, now);
                (current.Minute, current.Hour) = (minute.ToString(), hour.ToString());
                granted = new Budget(room, now, default);
                return true;
            },
            cancellationToken);
        metrics.QuotaUsed("minute", Used(Minute, row.Minute, options.PerMinute, now));
        metrics.QuotaUsed("hour", Used(Hour, row.Hour, options.PerHour, now));
        return granted;
    }

    private static double Used(TimeSpan length, string counts, int limit, DateTimeOffset now) =>
        (double)new SlidingWindow(length, now, counts).Count / limit;

    private readonly record struct Budget(int Left, DateTimeOffset Reserved, DateTimeOffset FullUntil);
}
