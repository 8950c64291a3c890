using Azure.Storage.Queues;
using MinimalWorker;

namespace AccountFunctions.Tests.LocalHost;

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
    public static async Task WaitForCallsAsync(this IQueueHost host, int count)
    {
        for (var tries = 0; host.Calls.Seen.Count < count; tries++)
        {
            Assert.True(tries < 400, $"{host.Calls.Seen.Count} calls instead of {count}");
            await Task.Delay(25);
        }
    }
}
