using AccountFunctions.Email;
using AccountFunctions.Housekeeping;
using AccountFunctions.Storage;
using AccountFunctions.Telemetry;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Functions;

/// <summary>
/// Hands a job of the queue to its handler. Failures are thrown, and the host delivers the job again; every job may be done twice.
/// </summary>
public sealed partial class Housekeeper(
    AddressSweeper addresses,
    AccountSweeper accounts,
    AddressMoves moves,
    AddressReleases releases,
    AccountPurger purger,
    NetworkSweeper networks,
    DeliveryReports deliveries,
    HousekeepingQueue queue,
    AccountMetrics metrics,
    TimeProvider time,
    ILogger<Housekeeper> logger)
{
    public Task DoAsync(BinaryData message, CancellationToken cancellationToken)
    {
        var read = queue.Read(message);
        if (read is not null && time.GetUtcNow() - read.Due is { Ticks: >= 0 } lag)
        {
            metrics.JobHandled(QueueNames.HousekeepingJobs, lag);
        }

        switch (read)
        {
            case null:
                LogMalformed();
                return queue.PoisonAsync(message, cancellationToken);
            case { } early when early.Due > time.GetUtcNow():
                return queue.EnqueueAsync(early, cancellationToken);
            case AddressSweep job:
                return addresses.SweepAsync(job, cancellationToken);
            case AccountSweep job:
                return accounts.SweepAsync(job, cancellationToken);
            case AddressMove job:
                return moves.FollowAsync(job, cancellationToken);
            case AddressRelease job:
                return releases.ReleaseAsync(job, cancellationToken);
            case AccountPurge job:
                return purger.PurgeAsync(job, cancellationToken);
            case NetworkSweep job:
                return networks.SweepAsync(job, cancellationToken);
            case DeliveryCheck job:
                return deliveries.CheckAsync(job, cancellationToken);
            case { } job:
                throw new InvalidOperationException($"No handler for {job.GetType().Name}.");
        }
    }

    [LoggerMessage(LogLevel.Error, "A message that is no housekeeping job is put aside in the poison queue.")]
    private partial void LogMalformed();
}
