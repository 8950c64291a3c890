using Azure.Storage.Queues;

namespace AccountFunctions.Storage.Jobs;

/// <summary>Queue <c>account-events</c>, from which another service takes what happened to accounts. The app only writes it.</summary>
public sealed class EventQueue(QueueServiceClient service)
{
    // What nobody takes must not fill the queue for ever; operators can publish it again from the history.
    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);
    private readonly QueueClient queue = service.GetQueueClient(QueueNames.AccountEvents);

    public Task PublishAsync(BinaryData message, CancellationToken cancellationToken) =>
        queue.SendMessageAsync(message, timeToLive: Lifetime, cancellationToken: cancellationToken);
}

/// <summary>Whether the app tells other services what happens to accounts.</summary>
public sealed record EventSwitch(bool IsOn);
