using AccountFunctions.Telemetry;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Housekeeping;

/// <summary>Handles a job of the queue. What goes wrong is thrown, and the host delivers the job again; every job may be done twice.</summary>
public sealed partial class Housekeeper(
    AddressSweeper addresses, AccountSweeper accounts, NetworkSweeper networks, DeliveryReports deliveries, HousekeepingSchedule schedule, AccountMetrics metrics, TimeProvider time, ILogger<Housekeeper> logger)
{
    public Task DoAsync(BinaryData message, CancellationToken cancellationToken)
    {
        var read = HousekeepingJob.Read(message);
        if (read is not null && time.GetUtcNow() - read.Due is { Ticks: >= 0 } lag)
        {
            metrics.JobHandled(HousekeepingSchedule.QueueName, lag);
        }

        switch (read)
        {
            case null:
                LogMalformed();
                return schedule.PoisonAsync(message, cancellationToken);
            case { } early when early.Due > time.GetUtcNow():
                return schedule.EnqueueAsync(early, cancellationToken);
            case AddressSweep job:
                return addresses.SweepAsync(job, cancellationToken);
            case AccountSweep job:
                return accounts.SweepAsync(job, cancellationToken);
            case NetworkSweep job:
                return networks.SweepAsync(job, cancellationToken);
            case DeliveryCheck job:
                return deliveries.CheckAsync(job, cancellationToken);
            case { } job:
                throw new InvalidOperationException($"Nobody does {job.GetType().Name}.");
        }
    }

    [LoggerMessage(LogLevel.Error, "A message that is no housekeeping job is put aside in the poison queue.")]
    private partial void LogMalformed();
}
