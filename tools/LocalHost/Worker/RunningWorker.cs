using System.Collections.Frozen;
using LocalHost.Hosting;

namespace LocalHost.Worker;

/// <summary>A worker that has loaded its functions, and the queue listeners that feed it.</summary>
internal sealed class RunningWorker(IWorker worker, WorkerChannel channel, IReadOnlyList<Function> functions)
{
    // The Functions host allows 0.3 s. A mail that is cancelled writes a row first, on a machine that may be busy.
    private static readonly TimeSpan CancelGrace = TimeSpan.FromSeconds(1);
    private readonly CancellationTokenSource stopReceiving = new();
    private readonly CancellationTokenSource cancelInvocations = new();
    private readonly FrozenDictionary<string, Function> byName = functions.ToFrozenDictionary(function => function.Name);
    private Task listening = Task.CompletedTask;

    public WorkerChannel Channel => channel;

    public IReadOnlyList<Function> Functions => functions;

    /// <summary>Waits until the worker has ended or disconnected, and returns the reason.</summary>
    public async Task<string> EndedAsync() =>
        await Task.WhenAny(worker.Ended, channel.Closed) == worker.Ended ? await worker.Ended : "it closed its connection.";

    public Function? Find(string name) => byName.GetValueOrDefault(name);

    /// <summary>Starts to receive messages for the queue functions.</summary>
    public void Listen(QueueFunctions queues) => listening = queues.RunAsync(this, stopReceiving.Token, cancelInvocations.Token);

    /// <summary>Receives no more messages, lets functions finish within the grace period, then cancels them.</summary>
    public async Task FinishMessagesAsync(TimeSpan grace)
    {
        await stopReceiving.CancelAsync();
        await Task.WhenAny(listening, worker.Ended, Task.Delay(grace));
        await cancelInvocations.CancelAsync();
        await Task.WhenAny(listening, worker.Ended, Task.Delay(CancelGrace));
    }

    /// <summary>Terminates the worker.</summary>
    public async Task StopAsync()
    {
        channel.Terminate();
        await worker.DisposeAsync();
        await channel.CloseAsync();
        await listening;
    }
}
