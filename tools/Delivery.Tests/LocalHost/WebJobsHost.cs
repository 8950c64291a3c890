using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.WebJobs;
using Microsoft.Azure.WebJobs.Logging;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using MinimalWorker;

namespace Delivery.Tests.LocalHost;

/// <summary>
/// The queue listener of the Functions host itself (WebJobs), with the same function: the oracle for the local host's.
/// </summary>
public sealed class WebJobsHost : IQueueHost
{
    private readonly string storage;
    private readonly IHost host;
    private Task? stopped;

    private WebJobsHost(string storage, IHost host, FunctionCalls calls) => (this.storage, this.host, Calls) = (storage, host, calls);

    public FunctionCalls Calls { get; }

    public QueueClient Queue(string name = "work", QueueMessageEncoding encoding = QueueMessageEncoding.Base64) =>
        new(storage, name, new QueueClientOptions { MessageEncoding = encoding });

    /// <param name="queues">Settings of host.json's <c>extensions.queues</c>.</param>
    public static async Task<WebJobsHost> StartAsync(string storage, Dictionary<string, string?> queues)
    {
        // The interval is the shortest that the listener allows.
        var settings = new Dictionary<string, string?>
        {
            ["AccountsStorage"] = storage,
            ["AzureWebJobs:extensions:queues:maxPollingInterval"] = "00:00:00.100",
        };
        foreach (var (name, value) in queues)
        {
            settings[$"AzureWebJobs:extensions:queues:{name}"] = value;
        }

        var calls = new FunctionCalls();
        var host = new HostBuilder()
            .ConfigureAppConfiguration(builder => builder.AddInMemoryCollection(settings))
            .ConfigureLogging(logging => logging.SetMinimumLevel(LogLevel.None))
            .ConfigureWebJobs(jobs => jobs.AddAzureStorageQueues())
            .ConfigureServices(services => services
                .AddSingleton(calls)
                .AddSingleton<ITypeLocator>(new OneType(typeof(WebJobsFunctions)))
                .Configure<FunctionResultAggregatorOptions>(options => options.IsEnabled = false)
                .AddSingleton<IHostLifetime, NoLifetime>())
            .Build();
        var started = new WebJobsHost(storage, host, calls);
        await started.Queue().CreateIfNotExistsAsync();
        await host.StartAsync();
        return started;
    }

    public Task StopAsync() => stopped ??= host.StopAsync();

    public async ValueTask DisposeAsync()
    {
        // A listener that is disposed of while it handles a message takes the process down.
        Calls.Release();
        await StopAsync();
        host.Dispose();
    }

    private sealed class OneType(Type type) : ITypeLocator
    {
        public IReadOnlyList<Type> GetTypes() => [type];
    }

    // The test runner handles the signals of this process.
    private sealed class NoLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>The function in the form that WebJobs wants.</summary>
public sealed class WebJobsFunctions(FunctionCalls calls)
{
    [FunctionName("Work")]
    public Task Work([QueueTrigger("work", Connection = "AccountsStorage")] QueueMessage message, CancellationToken cancellationToken) =>
        calls.WorkAsync(message, cancellationToken);
}
