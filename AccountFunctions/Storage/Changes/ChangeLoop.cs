using System.Security.Cryptography;
using AccountFunctions.Contract.Answers;

namespace AccountFunctions.Storage.Changes;

/// <summary>
/// Load, decide, commit: decides again on the new state after a lost race, a limited number of times. Requests of one process that change
/// the same partition take turns. So each of them costs a read instead of lost races, and requests refused after the first commit never
/// hash.
/// </summary>
public sealed class ChangeLoop(KeyedTurns turns)
{
    private const int MaxAttempts = 100;
    private const int MaxDelayMilliseconds = 100;
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(1);

    /// <param name="loaded">The state to decide on first; null loads it.</param>
    /// <param name="commit">Returns false if the race is lost.</param>
    /// <exception cref="UnavailableException">Every attempt lost.</exception>
    public Task<TOutcome> RunAsync<TState, TOutcome>(
        string key,
        TState? loaded,
        Func<Task<TState>> load,
        Func<TState, Task<TOutcome>> decide,
        Func<TState, Task<bool>> commit,
        CancellationToken cancellationToken)
        where TState : class => turns.RunAsync(
            key,
            MaxWait,
            async () =>
            {
                for (var attempt = 1; attempt <= MaxAttempts; attempt++)
                {
                    var state = loaded ?? await load();
                    loaded = null;
                    var outcome = await decide(state);
                    if (await commit(state))
                    {
                        return outcome;
                    }

                    // A random pause keeps the losers from colliding again.
                    await Task.Delay(RandomNumberGenerator.GetInt32(Math.Min(attempt * 4, MaxDelayMilliseconds)), cancellationToken);
                }

                throw new UnavailableException(TimeSpan.FromSeconds(1));
            },
            cancellationToken);
}
