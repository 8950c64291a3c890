using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Azure.Storage.Queues;

namespace AccountFunctions.Storage.Jobs;

/// <summary>A queue of jobs in sealed JSON, with its poison queue.</summary>
public abstract class JobQueue<TJob>(QueueServiceClient service, string name, JsonTypeInfo<TJob> type, JobSeal seal)
    where TJob : class
{
    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);

    // The longest time for which the service hides a message.
    private static readonly TimeSpan MaxDelay = TimeSpan.FromDays(7);
    private readonly QueueClient queue = service.GetQueueClient(name);
    private readonly QueueClient poison = service.GetQueueClient(QueueNames.PoisonOf(name));

    /// <summary>Null for a message that is not a job.</summary>
    /// <exception cref="CryptographicException">The message is sealed with another key, which a later delivery may find.</exception>
    public TJob? Read(BinaryData message)
    {
        try
        {
            return JsonSerializer.Deserialize(seal.Open(message, name), type);
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException)
        {
            return null;
        }
    }

    /// <summary>Moves a message that can never be handled to the poison queue, for operators to look at.</summary>
    public Task PoisonAsync(BinaryData message, CancellationToken cancellationToken) =>
        poison.SendMessageAsync(message, timeToLive: Forever, cancellationToken: cancellationToken);

    /// <param name="delay">
    /// How long the job stays invisible, at most 7 days. Rounded up to whole seconds, the service's unit, because the handler would send an
    /// early job again and again until its time has come.
    /// </param>
    public Task EnqueueAsync(TJob job, TimeSpan delay, CancellationToken cancellationToken)
    {
        var wait = TimeSpan.FromSeconds(Math.Ceiling(delay.TotalSeconds));
        return queue.SendMessageAsync(
            new BinaryData(seal.Seal(JsonSerializer.SerializeToUtf8Bytes(job, type), name)),
            wait < TimeSpan.Zero ? TimeSpan.Zero : wait < MaxDelay ? wait : MaxDelay,
            Forever,
            cancellationToken);
    }
}
