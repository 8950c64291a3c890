using LocalHost.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalHost.Worker;

/// <summary>Starts a worker that connects to the host; disposing the worker ends it.</summary>
public delegate Task<IWorker> StartWorker(WorkerStart start, CancellationToken cancellationToken);

/// <summary>Keeps one worker running, and replaces a worker that dies, like the Functions host.</summary>
internal sealed partial class WorkerSupervisor(
    FunctionsHostOptions options, WorkerService service, StartWorker startWorker, QueueFunctions queues, ILoggerFactory loggers)
{
    private const int MaxStarts = 3;
    private readonly ILogger logger = loggers.CreateLogger<WorkerSupervisor>();
    private readonly SemaphoreSlim turn = new(1);
    private readonly TaskCompletionSource<string> lost = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource stopping = new();
    private TaskCompletionSource<RunningWorker> current = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Completes with the reason if the worker dies and no other can be started.</summary>
    public Task<string> Lost => lost.Task;

    /// <summary>Called with the functions of each worker before it serves.</summary>
    public Action<IReadOnlyList<Function>> Loaded { get; set; } = _ => { };

    /// <summary>Address of the gRPC service.</summary>
    public string Endpoint { get; set; } = "";

    /// <summary>The worker; during a replacement, the next one.</summary>
    public Task<RunningWorker> GetAsync(CancellationToken cancellationToken) => current.Task.WaitAsync(cancellationToken);

    /// <exception cref="StartException">The worker does not start.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var channel = new WorkerChannel(options.AppDirectory, loggers);
        service.Expect(channel, options.WorkerId);
        IWorker? worker = null;
        try
        {
            worker = await startWorker(new WorkerStart(Endpoint, options.WorkerId ?? channel.WorkerId), cancellationToken);
            if (await Task.WhenAny(channel.Ready, worker.Ended).WaitAsync(cancellationToken) == worker.Ended)
            {
                throw new StartException(await worker.Ended);
            }

            var running = new RunningWorker(worker, channel, await channel.Ready);
            Loaded(running.Functions);
            current.SetResult(running);
            running.Listen(queues);
            _ = ReplaceWhenDeadAsync(running);
        }
        catch
        {
            await channel.CloseAsync();
            if (worker is not null)
            {
                await worker.DisposeAsync();
            }

            throw;
        }
    }

    /// <summary>Stops the worker and starts another; requests wait until then.</summary>
    /// <exception cref="StartException">The new worker does not start.</exception>
    public async Task ReplaceAsync(Func<Task> between, CancellationToken cancellationToken)
    {
        await turn.WaitAsync(cancellationToken);
        try
        {
            var old = Vacate();
            if (old is not null)
            {
                await old.FinishMessagesAsync(options.StopGrace);
                await old.StopAsync();
            }

            await between();
            await StartAsync(cancellationToken);
        }
        finally
        {
            turn.Release();
        }
    }

    /// <summary>Receives no more messages, and completes when those in progress are done or cancelled.</summary>
    public async Task FinishMessagesAsync()
    {
        await stopping.CancelAsync();
        if (current.Task.IsCompletedSuccessfully)
        {
            await current.Task.Result.FinishMessagesAsync(options.StopGrace);
        }
    }

    public Task StopAsync() => Vacate()?.StopAsync() ?? Task.CompletedTask;

    private RunningWorker? Vacate()
    {
        if (!current.Task.IsCompletedSuccessfully)
        {
            return null;
        }

        var old = current.Task.Result;
        current = new TaskCompletionSource<RunningWorker>(TaskCreationOptions.RunContinuationsAsynchronously);
        return old;
    }

    private async Task ReplaceWhenDeadAsync(RunningWorker running)
    {
        var reason = await running.EndedAsync();
        running.Channel.Fail();
        await turn.WaitAsync();
        try
        {
            if (stopping.IsCancellationRequested || !current.Task.IsCompletedSuccessfully || current.Task.Result != running)
            {
                return;
            }

            LogDied(reason);
            Vacate();
            await running.FinishMessagesAsync(TimeSpan.Zero);
            await running.StopAsync();
            await RestartAsync();
        }
        catch (Exception e) when (e is StartException or IOException or OperationCanceledException)
        {
            lost.TrySetResult(e.Message);
        }
        finally
        {
            turn.Release();
        }
    }

    private async Task RestartAsync()
    {
        for (var start = 1; ; start++)
        {
            try
            {
                await StartAsync(stopping.Token);
                return;
            }
            catch (Exception e) when (e is StartException or IOException && start < MaxStarts)
            {
                LogDied(e.Message);
                await Task.Delay(TimeSpan.FromSeconds(start), stopping.Token);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "The app died and will be restarted: {Reason}")]
    private partial void LogDied(string reason);
}
