using System.Security.Cryptography;

namespace AccountFunctions.Storage;

/// <summary>
/// Decides again after a lost race, a bounded number of times. Within a process, those who want to change one partition go one after another: a crowd that
/// would lose races to each other costs a read each instead, and who is refused after the first commit has hashed and enqueued nothing.
/// </summary>
public sealed class OptimisticRetry
{
    private const int MaxAttempts = 100;
    private const int MaxDelayMilliseconds = 100;

    // ETags decide who wins. A turn only spares work, so nobody waits long for one that does not come.
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(1);
    private readonly Lock sync = new();
    private readonly Dictionary<string, Queue> queues = [];

    /// <summary>Repeats <paramref name="attempt"/> (load, decide, commit) until it returns other than null, which stands for a lost race.</summary>
    /// <exception cref="UnavailableException">Every attempt lost.</exception>
    public async Task<T> RunAsync<T>(string partitionKey, Func<Task<T?>> attempt, CancellationToken cancellationToken)
        where T : struct
    {
        var queue = Join(partitionKey);
        var isTurn = false;
        try
        {
            isTurn = await queue.Turn.WaitAsync(MaxWait, cancellationToken);
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
        finally
        {
            if (isTurn)
            {
                queue.Turn.Release();
            }

            Leave(partitionKey, queue);
        }
    }

    private Queue Join(string partitionKey)
    {
        lock (sync)
        {
            if (!queues.TryGetValue(partitionKey, out var queue))
            {
                queues.Add(partitionKey, queue = new Queue());
            }

            queue.Length++;
            return queue;
        }
    }

    private void Leave(string partitionKey, Queue queue)
    {
        lock (sync)
        {
            if (--queue.Length == 0)
            {
                queues.Remove(partitionKey);
            }
        }
    }

    // Without a wait handle, a semaphore needs no disposal.
    private sealed class Queue
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public int Length { get; set; }
    }
}
