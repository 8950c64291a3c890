using System.Text.Json.Serialization;
using Azure.Storage.Queues;

namespace AccountFunctions.Storage.Jobs;

/// <summary>
/// Queue <c>housekeeping-jobs</c>: jobs wait in it, invisible, until they are due. It is apart from the queue of mails, which should be
/// empty most of the time.
/// </summary>
public sealed class HousekeepingQueue(QueueServiceClient service, TimeProvider time)
    : JobQueue<HousekeepingJob>(service, QueueNames.HousekeepingJobs, HousekeepingJson.Default.HousekeepingJob)
{
    public Task EnqueueAsync(HousekeepingJob job, CancellationToken cancellationToken) =>
        EnqueueAsync(job, job.Due - time.GetUtcNow(), cancellationToken);
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(HousekeepingJob))]
internal sealed partial class HousekeepingJson : JsonSerializerContext;
