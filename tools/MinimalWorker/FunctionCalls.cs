using System.Collections.Concurrent;
using Azure.Storage.Queues.Models;

namespace MinimalWorker;

/// <summary>Records what the functions have received, for tests in the same process.</summary>
public sealed class FunctionCalls
{
    private readonly TaskCompletionSource released = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public ConcurrentQueue<(string Text, long DequeueCount)> Seen { get; } = [];

    /// <summary>Which hanging calls were cancelled.</summary>
    public ConcurrentQueue<string> Cancelled { get; } = [];

    /// <summary>Hanging calls that have begun.</summary>
    public ConcurrentQueue<string> Hanging { get; } = [];

    /// <summary>Releases every hanging call.</summary>
    public void Release() => released.TrySetResult();

    /// <summary>Succeeds, unless the message begins with "bad". Hangs until released if it begins with "slow".</summary>
    public async Task WorkAsync(QueueMessage message, CancellationToken cancellationToken)
    {
        var text = message.Body.ToString();
        Seen.Enqueue((text, message.DequeueCount));
        if (text.StartsWith("slow", StringComparison.Ordinal))
        {
            await HangAsync(text, cancellationToken);
        }

        if (text.StartsWith("bad", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("bad");
        }
    }

    internal async Task HangAsync(string text, CancellationToken cancellationToken)
    {
        Hanging.Enqueue(text);
        try
        {
            await released.Task.WaitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            Cancelled.Enqueue(text);
            throw;
        }
    }
}
