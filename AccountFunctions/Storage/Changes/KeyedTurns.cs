namespace AccountFunctions.Storage.Changes;

/// <summary>
/// Lets those who want the same key go one after another, within this process. A turn only saves work: ETags decide who wins, so nobody
/// waits long.
/// </summary>
public sealed class KeyedTurns
{
    private readonly Lock sync = new();
    private readonly Dictionary<string, Line> lines = [];

    /// <summary>
    /// Runs <paramref name="action"/> in the turn of <paramref name="key"/>, or without one after <paramref name="maxWait"/>.
    /// </summary>
    public async Task<T> RunAsync<T>(string key, TimeSpan maxWait, Func<Task<T>> action, CancellationToken cancellationToken)
    {
        var line = Join(key);
        var hasTurn = false;
        try
        {
            hasTurn = await line.Turn.WaitAsync(maxWait, cancellationToken);
            return await action();
        }
        finally
        {
            if (hasTurn)
            {
                line.Turn.Release();
            }

            Leave(key, line);
        }
    }

    private Line Join(string key)
    {
        lock (sync)
        {
            if (!lines.TryGetValue(key, out var line))
            {
                lines.Add(key, line = new Line());
            }

            line.Length++;
            return line;
        }
    }

    private void Leave(string key, Line line)
    {
        lock (sync)
        {
            if (--line.Length == 0)
            {
                lines.Remove(key);
            }
        }
    }

    // Without a wait handle, a semaphore needs no disposal.
    private sealed class Line
    {
        public SemaphoreSlim Turn { get; } = new(1);

        public int Length { get; set; }
    }
}
