using System.Security.Cryptography;

namespace AccountFunctions.Storage;

/// <summary>Decides again after a lost race, a bounded number of times.</summary>
public static class OptimisticRetry
{
    private const int MaxAttempts = 100;
    private const int MaxDelayMilliseconds = 100;

    /// <summary>Repeats <paramref name="attempt"/> (load, decide, commit) until it returns other than null, which stands for a lost race.</summary>
    /// <exception cref="UnavailableException">Every attempt lost.</exception>
    public static async Task<T> RunAsync<T>(Func<Task<T?>> attempt, CancellationToken cancellationToken)
        where T : struct
    {
        for (var tried = 1; tried <= MaxAttempts; tried++)
        {
            if (await attempt() is { } outcome)
            {
                return outcome;
            }

            // A random pause spreads the losers out.
            await Task.Delay(RandomNumberGenerator.GetInt32(Math.Min(tried * 4, MaxDelayMilliseconds)), cancellationToken);
        }

        throw new UnavailableException(TimeSpan.FromSeconds(1));
    }
}
