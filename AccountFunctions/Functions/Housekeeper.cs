using System.Diagnostics;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Telemetry;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Functions;

/// <summary>
/// Hands a job to its handler. Throws on failure, so that the host delivers the job again; every job may run twice.
/// </summary>
public sealed partial class Housekeeper(
    IEnumerable<JobRoute> routes,
    IServiceProvider services,
    HousekeepingQueue queue,
    AccountMetrics metrics,
    TimeProvider time,
    ILogger<Housekeeper> logger)
{
    private readonly Dictionary<Type, JobRoute> routesByJob = routes.ToDictionary(route => route.Job);

    public Task DoAsync(BinaryData message, CancellationToken cancellationToken)
    {
        if (queue.Read(message) is not { } job)
        {
            LogMalformed();
            return queue.PoisonAsync(message, cancellationToken);
        }

        var lag = time.GetUtcNow() - job.Due;
        if (lag < TimeSpan.Zero)
        {
            // The queue hides a message for at most seven days, so send later jobs again.
            return queue.EnqueueAsync(job, cancellationToken);
        }

        metrics.JobHandled(QueueNames.HousekeepingJobs, lag);
        return HandleAsync(job, cancellationToken);
    }

    private async Task HandleAsync(HousekeepingJob job, CancellationToken cancellationToken)
    {
        using var span = Tracing.Source.StartActivity(job.GetType().Name, ActivityKind.Consumer);
        await routesByJob[job.GetType()].HandleAsync(services, job, cancellationToken);
    }

    [LoggerMessage(LogLevel.Error, "A message that is not a housekeeping job goes to the poison queue.")]
    private partial void LogMalformed();
}
