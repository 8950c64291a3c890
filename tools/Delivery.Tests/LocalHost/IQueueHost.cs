using Azure.Storage.Queues;
using MinimalWorker;

namespace Delivery.Tests.LocalHost;

/// <summary>Something that calls the function <c>Work</c> for each message of queue <c>work</c>.</summary>
public interface IQueueHost : IAsyncDisposable
{
    FunctionCalls Calls { get; }

    QueueClient Queue(string name = "work", QueueMessageEncoding encoding = QueueMessageEncoding.Base64);

    Task StopAsync();
}

internal static class QueueHostExtensions
{
    /// <summary>Waits for this number of calls.</summary>
    public static Task WaitForCallsAsync(this IQueueHost host, int count) => Eventually.TrueAsync(
        () => host.Calls.Seen.Count >= count, () => $"{host.Calls.Seen.Count} calls instead of {count}");
}
