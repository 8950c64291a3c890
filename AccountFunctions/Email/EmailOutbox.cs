using System.Text.Json;
using Azure.Storage.Queues;

namespace AccountFunctions.Email;

/// <summary>Queue <c>email-jobs</c>, the way from a request to its mail.</summary>
public sealed class EmailOutbox(QueueServiceClient service)
{
    public const string QueueName = "email-jobs";
    public const string PoisonQueueName = "email-jobs-poison";

    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);
    private readonly QueueClient queue = service.GetQueueClient(QueueName);
    private readonly QueueClient poison = service.GetQueueClient(PoisonQueueName);

    /// <param name="delay">How long the job stays invisible, rounded up to seconds, which the service counts in; at most 7 days.</param>
    public Task EnqueueAsync(EmailJob job, CancellationToken cancellationToken, TimeSpan delay = default) => queue.SendMessageAsync(
        new BinaryData(JsonSerializer.SerializeToUtf8Bytes(job, AccountJson.Default.EmailJob)), TimeSpan.FromSeconds(Math.Ceiling(delay.TotalSeconds)), Forever, cancellationToken);

    /// <summary>Puts aside what no number of tries could handle, for people to look at.</summary>
    public Task PoisonAsync(BinaryData message, CancellationToken cancellationToken) =>
        poison.SendMessageAsync(message, timeToLive: Forever, cancellationToken: cancellationToken);
}
