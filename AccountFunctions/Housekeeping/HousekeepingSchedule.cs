using System.Text.Json;
using Azure.Storage.Queues;

namespace AccountFunctions.Housekeeping;

/// <summary>Queue <c>housekeeping-jobs</c>: jobs wait in it, invisible, until they are due. Apart from the mails, whose queue should be empty most of the time.</summary>
public sealed class HousekeepingSchedule(QueueServiceClient service, TimeProvider time)
{
    public const string QueueName = "housekeeping-jobs";
    public const string PoisonQueueName = "housekeeping-jobs-poison";

    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);

    // The longest that the service hides a message; what is due later is put back when it comes.
    private static readonly TimeSpan MaxDelay = TimeSpan.FromDays(7);
    private readonly QueueClient queue = service.GetQueueClient(QueueName);
    private readonly QueueClient poison = service.GetQueueClient(PoisonQueueName);

    public Task EnqueueAsync(HousekeepingJob job, CancellationToken cancellationToken)
    {
        // The service counts whole seconds; rounded down, the job would come early and go round and round until it is due.
        var delay = TimeSpan.FromSeconds(Math.Ceiling((job.Due - time.GetUtcNow()).TotalSeconds));
        return queue.SendMessageAsync(
            new BinaryData(JsonSerializer.SerializeToUtf8Bytes(job, AccountJson.Default.HousekeepingJob)),
            delay < TimeSpan.Zero ? TimeSpan.Zero : delay < MaxDelay ? delay : MaxDelay,
            Forever,
            cancellationToken);
    }

    /// <summary>Puts aside what is no job, for people to look at.</summary>
    public Task PoisonAsync(BinaryData message, CancellationToken cancellationToken) =>
        poison.SendMessageAsync(message, timeToLive: Forever, cancellationToken: cancellationToken);
}
