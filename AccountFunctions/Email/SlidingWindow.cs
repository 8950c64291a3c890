using System.Globalization;

namespace AccountFunctions.Email;

/// <summary>
/// Counts recent events in twelve slots per period. No span as long as the period can exceed the limit: a span touches thirteen slots, and
/// all of them count.
/// </summary>
public sealed class SlidingWindow
{
    private const int Slots = 12;
    private readonly long slotSeconds;
    private readonly long current;
    private readonly SortedList<long, int> counts = [];

    /// <param name="state">The last result of <see cref="ToString"/>.</param>
    public SlidingWindow(TimeSpan period, DateTimeOffset now, string state)
    {
        slotSeconds = (long)period.TotalSeconds / Slots;
        current = now.ToUnixTimeSeconds() / slotSeconds;
        foreach (var entry in state.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var (slot, count) = entry.Split(':') is [var first, var second]
                ? (long.Parse(first, CultureInfo.InvariantCulture), int.Parse(second, CultureInfo.InvariantCulture))
                : default;
            if (slot >= current - Slots)
            {
                counts[slot] = count;
            }
        }
    }

    public int Count => counts.Values.Sum();

    /// <param name="number">Negative to take back events that did not happen.</param>
    public void Add(int number, DateTimeOffset when)
    {
        var slot = when.ToUnixTimeSeconds() / slotSeconds;
        if (slot >= current - Slots)
        {
            counts[slot] = Math.Max(0, counts.GetValueOrDefault(slot) + number);
        }
    }

    /// <summary>When the count will drop below the limit.</summary>
    public DateTimeOffset RoomAt(int limit)
    {
        var count = Count;
        var slot = current - Slots - 1;
        for (var i = 0; count >= limit && i < counts.Count; i++)
        {
            slot = counts.Keys[i];
            count -= counts.Values[i];
        }

        return DateTimeOffset.FromUnixTimeSeconds((slot + Slots + 1) * slotSeconds);
    }

    public override string ToString() =>
        string.Join(',', counts.Select(slot => string.Create(CultureInfo.InvariantCulture, $"{slot.Key}:{slot.Value}")));
}
