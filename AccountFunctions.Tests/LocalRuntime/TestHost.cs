using Azure.Storage.Queues;
using LocalRuntime.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Tests.LocalRuntime;

/// <summary><see cref="TestFunctions"/> on LocalRuntime.</summary>
public sealed class TestHost : IAsyncDisposable
{
    private readonly IHost host;
    private readonly string storage;

    private TestHost(IHost host, string storage, int port)
    {
        this.host = host;
        this.storage = storage;
        Client = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
    }

    public HttpClient Client { get; }

    public TestFunctions.Calls Calls { get; private init; } = new();

    public LogCollector Logs { get; private init; } = new();

    public QueueClient Queue(string name = "work", QueueMessageEncoding encoding = QueueMessageEncoding.Base64) =>
        new(storage, name, new QueueClientOptions { MessageEncoding = encoding });

    public static async Task<TestHost> StartAsync(string storage, Dictionary<string, string?>? queues = null, TimeSpan? lease = null)
    {
        var port = TestApp.FreePort();
        var settings = new Dictionary<string, string?> { ["AzureWebJobsStorage"] = storage };
        foreach (var (name, value) in queues ?? [])
        {
            settings[$"AzureFunctionsJobHost:extensions:queues:{name}"] = value;
        }

        settings.TryAdd("AzureFunctionsJobHost:extensions:queues:maxPollingInterval", "00:00:00.050");
        var builder = LocalApplication.CreateBuilder(new LocalApplicationOptions
        {
            Functions = typeof(TestFunctions).Assembly,
            Port = port,
            Settings = settings,
            QueueLease = lease ?? TimeSpan.FromMinutes(10),
        });
        var calls = new TestFunctions.Calls();
        var logs = new LogCollector();
        builder.Services.AddSingleton(calls);
        builder.Logging.AddProvider(logs);
        var started = new TestHost(builder.Build(), storage, port) { Calls = calls, Logs = logs };
        await started.Queue().CreateIfNotExistsAsync();
        await started.host.StartAsync();
        return started;
    }

    public Task StopAsync() => host.StopAsync();

    /// <summary>Waits until a function was called so often.</summary>
    public async Task WaitForCallsAsync(int count)
    {
        for (var tries = 0; Calls.Seen.Count < count; tries++)
        {
            Assert.True(tries < 400, $"{Calls.Seen.Count} calls instead of {count}");
            await Task.Delay(25);
        }
    }

    /// <summary>Waits until the queue holds so many messages, visible or not.</summary>
    public static async Task WaitForLengthAsync(QueueClient queue, int count)
    {
        for (var tries = 0; !await queue.ExistsAsync() || (await queue.GetPropertiesAsync()).Value.ApproximateMessagesCount != count; tries++)
        {
            Assert.True(tries < 400, $"{queue.Name} does not come to {count} messages");
            await Task.Delay(25);
        }
    }

    public async ValueTask DisposeAsync()
    {
        Calls.Release.TrySetResult();
        Client.Dispose();
        await host.StopAsync();
        await ((IAsyncDisposable)host).DisposeAsync();
    }
}
