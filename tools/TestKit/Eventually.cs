using System.Diagnostics;

namespace TestKit;

/// <summary>
/// Waits for the effect of a queue or another process, long enough that a busy machine fails no test. Tests check that something happens,
/// not how soon.
/// </summary>
public static class Eventually
{
    /// <summary>How long a test waits on a busy machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    public static Task TrueAsync(Func<bool> condition, Func<string> otherwise) =>
        TrueAsync(() => Task.FromResult(condition()), otherwise);

    /// <param name="otherwise">Describes the failure if the condition never becomes true.</param>
    /// <exception cref="TimeoutException">The condition did not become true.</exception>
    public static async Task TrueAsync(Func<Task<bool>> condition, Func<string> otherwise)
    {
        for (var start = Stopwatch.GetTimestamp(); !await condition();)
        {
            if (Stopwatch.GetElapsedTime(start) > Patience)
            {
                throw new TimeoutException(otherwise());
            }

            await Task.Delay(Interval);
        }
    }
}
