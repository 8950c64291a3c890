using AccountFunctions.Storage;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Telemetry;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Functions;

/// <summary>
/// Hands a job of the queue to its handler. Failures are thrown, and the host delivers the job again; every job may be done twice.
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
            // The queue hides a message for seven days at most, and some jobs are due later.
            return queue.EnqueueAsync(job, cancellationToken);
        }

        metrics.JobHandled(QueueNames.HousekeepingJobs, lag);
        return routesByJob[job.GetType()].HandleAsync(services, job, cancellationToken);
    }

    [LoggerMessage(LogLevel.Error, "A message that is no housekeeping job is put aside in the poison queue.")]
    private partial void LogMalformed();
}
