using System.Diagnostics;

namespace TestKit;

/// <summary>
/// Waits for what a queue or another process brings about. So patient that a busy machine fails no test: what is tested is that a thing
/// happens, not how soon.
/// </summary>
public static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    public static Task TrueAsync(Func<bool> condition, Func<string> otherwise) =>
        TrueAsync(() => Task.FromResult(condition()), otherwise);

    /// <param name="otherwise">What is wrong if the condition never comes true.</param>
    /// <exception cref="TimeoutException">It did not.</exception>
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
