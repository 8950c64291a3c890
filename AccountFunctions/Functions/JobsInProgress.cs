using Microsoft.Extensions.Hosting;

namespace AccountFunctions.Functions;

/// <summary>
/// Keeps the process alive at a stop until the queue functions have returned. The host first terminates its worker and then cancels the
/// functions, but a cancelled mail function still has to send a copy of its job.
/// </summary>
public sealed class JobsInProgress : IHostedService
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);
    private readonly TaskCompletionSource done = new(TaskCreationOptions.RunContinuationsAsynchronously);

    // One count stands for the time before the stop.
    private int running = 1;

    public async Task RunAsync(Func<Task> job)
    {
        Interlocked.Increment(ref running);
        try
        {
            await job();
        }
        finally
        {
            Leave();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Leave();
        return Task.WhenAny(done.Task, Task.Delay(Limit, cancellationToken));
    }

    private void Leave()
    {
        if (Interlocked.Decrement(ref running) == 0)
        {
            done.TrySetResult();
        }
    }
}
