using System.Collections.Concurrent;
using Azure.Storage.Queues;
using LocalHost.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LocalHost.Hosting;

/// <summary>A listener for each queue function of a worker.</summary>
internal sealed class QueueFunctions(IConfiguration configuration, TimeSpan lease, ILogger<QueueListener> logger)
{
    private readonly ConcurrentDictionary<string, QueueListener> listeners = [];

    /// <inheritdoc cref="FunctionsHost.LookForMessages"/>
    public void LookForMessages(string queue)
    {
        if (listeners.TryGetValue(queue, out var listener))
        {
            listener.Wake();
        }
    }

    /// <param name="stopReceiving">Accepts no more messages; completes when those in progress are done.</param>
    /// <param name="cancelInvocations">Cancels the functions that are still running.</param>
    public Task RunAsync(RunningWorker worker, CancellationToken stopReceiving, CancellationToken cancelInvocations) => Task.WhenAll(
        worker.Functions.Where(function => function.Queue is not null && IsEnabled(function))
            .Select(function => Listener(function, worker.Channel, cancelInvocations).RunAsync(stopReceiving)));

    // A listener that cannot reach its queue comes back by itself. The client's usual retries, half a minute of them, would hold up a stop.
    private static QueueClientOptions Brief() => new()
    {
        Retry = { Delay = TimeSpan.FromMilliseconds(100), MaxDelay = TimeSpan.FromSeconds(1) },
    };

    // The Functions host's way of leaving a function to other instances.
    private bool IsEnabled(Function function) => !configuration.GetValue<bool>($"AzureWebJobs.{function.Name}.Disabled");

    private QueueListener Listener(Function function, WorkerChannel channel, CancellationToken cancelInvocations)
    {
        var name = function.Queue is ['%', .. var setting, '%']
            ? configuration[setting] ?? throw new StartException($"Function {function.Name}: there is no setting {setting}.")
            : function.Queue;
        var connectionString = configuration[function.Connection] ?? configuration["AzureWebJobs" + function.Connection]
            ?? throw new StartException(
                $"Function {function.Name}: {function.Connection} must be a connection string; the local host does not support "
                    + $"identities.");
        var invoker = new QueueInvoker(function, channel, logger, cancelInvocations);
        var client = new QueueServiceClient(connectionString, Brief());
        return listeners[name ?? ""] = new QueueListener(
            invoker, client, name ?? "", QueueOptions.Read(configuration), lease, logger);
    }
}
