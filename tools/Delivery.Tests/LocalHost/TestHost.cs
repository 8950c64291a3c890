using Azure.Data.Tables;
using Azure.Storage.Queues;
using LocalHost.Hosting;
using LocalHost.Worker;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using MinimalWorker;

namespace Delivery.Tests.LocalHost;

/// <summary>The functions of MinimalWorker, in this process under the local host.</summary>
public sealed class TestHost : IQueueHost
{
    private readonly string storage;
    private FunctionsHost? host;

    private TestHost(string storage, int port)
    {
        this.storage = storage;
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public HttpClient Client { get; }

    public FunctionCalls Calls { get; } = new();

    public LogCollector Logs { get; } = new();

    public QueueClient Queue(string name = "work", QueueMessageEncoding encoding = QueueMessageEncoding.Base64) =>
        new(storage, name, new QueueClientOptions { MessageEncoding = encoding });

    /// <param name="settings">
    /// More settings of the host; those that begin with a small letter are of host.json's <c>extensions.queues</c>.
    /// </param>
    public static async Task<TestHost> StartAsync(
        string storage, Dictionary<string, string?>? settings = null, TimeSpan? lease = null, TimeSpan? grace = null)
    {
        var port = Ports.Free();
        var all = new Dictionary<string, string?>
        {
            ["AzureWebJobsStorage"] = storage,
            ["AccountsStorage"] = storage,
            [$"{HostSettings.HostJson}:extensions:queues:maxPollingInterval"] = "00:00:00.050",
        };
        foreach (var (name, value) in settings ?? [])
        {
            all[char.IsLower(name[0]) ? $"{HostSettings.HostJson}:extensions:queues:{name}" : name] = value;
        }

        var started = new TestHost(storage, port);
        await started.Queue().CreateIfNotExistsAsync();
        var configuration = HostSettings.ForHost(AppContext.BaseDirectory, all);
        var options = new FunctionsHostOptions
        {
            Port = port,
            AppDirectory = AppContext.BaseDirectory,
            Configuration = configuration,
            QueueLease = lease ?? TimeSpan.FromMinutes(10),
            StopGrace = grace ?? TimeSpan.FromSeconds(10),
            Logging = logging => logging.AddProvider(started.Logs),
        };
        started.host = await FunctionsHost.StartAsync(options, (start, cancellationToken) =>
        {
            var builder = InProcessWorker.CreateBuilder(start, typeof(FunctionCalls).Assembly, configuration.AsEnumerable());
            builder.Services.AddSingleton(started.Calls).AddSingleton(new TableServiceClient(storage));
            return StartWorkerAsync(builder.Build(), cancellationToken);
        });
        return started;
    }

    public Task StopAsync() => host?.StopAsync() ?? Task.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        Calls.Release();
        Client.Dispose();
        if (host is not null)
        {
            await host.DisposeAsync();
        }
    }

    private static async Task<IWorker> StartWorkerAsync(Microsoft.Extensions.Hosting.IHost worker, CancellationToken cancellationToken) =>
        await InProcessWorker.StartAsync(worker, cancellationToken);
}
