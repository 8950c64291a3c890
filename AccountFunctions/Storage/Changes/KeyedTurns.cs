namespace AccountFunctions.Storage.Changes;

/// <summary>
/// Runs actions with the same key one after another, within this process. Turns only save work, because ETags decide who wins, so no action
/// waits long for one.
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
