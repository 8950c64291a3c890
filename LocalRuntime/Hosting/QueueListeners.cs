using Azure.Storage.Queues;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace LocalRuntime.Hosting;

/// <summary>A listener for each queue function, from the start of the app to its end.</summary>
internal sealed class QueueListeners(
    FunctionTable functions, IConfiguration configuration, LocalApplicationOptions options, IServiceScopeFactory scopes, IHostApplicationLifetime lifetime, ILogger<QueueListener> logger)
    : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Not before the app has started: a function may call it.
        var started = new TaskCompletionSource();
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(stoppingToken);
        await Task.WhenAll(functions.Queue.Where(IsEnabled).Select(function => Listener(function).RunAsync(stoppingToken)));
    }

    // The Functions host's way of leaving a function to other instances.
    private bool IsEnabled(LocalFunction function) => !configuration.GetValue<bool>($"AzureWebJobs.{function.Name}.Disabled");

    private QueueListener Listener(LocalFunction function)
    {
        var name = function.QueueTrigger!.QueueName;
        if (name is ['%', .. var setting, '%'])
        {
            name = configuration[setting] ?? throw new StartException($"Function {function.Name}: there is no setting {setting}.");
        }

        var connection = function.QueueTrigger.Connection ?? "AzureWebJobsStorage";
        var connectionString = configuration[connection] ?? configuration["AzureWebJobs" + connection]
            ?? throw new StartException($"Function {function.Name}: {connection} must be a connection string; LocalRuntime does not listen with an identity.");

        // Bodies are decoded here, so that one that cannot be does not end a whole batch.
        return new QueueListener(function, new QueueServiceClient(connectionString), name, QueueOptions.Read(configuration), options.QueueLease, scopes, logger);
    }
}
