using System.Text.Json.Serialization;
using Azure.Storage.Queues;

namespace AccountFunctions.Storage.Jobs;

/// <summary>
/// Queue <c>housekeeping-jobs</c>, in which jobs wait invisibly until they are due. It is separate from the mail queue, which should be
/// empty most of the time.
/// </summary>
public sealed class HousekeepingQueue(QueueServiceClient service, JobSeal seal, TimeProvider time)
    : JobQueue<HousekeepingJob>(service, QueueNames.HousekeepingJobs, HousekeepingJson.Default.HousekeepingJob, seal)
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
