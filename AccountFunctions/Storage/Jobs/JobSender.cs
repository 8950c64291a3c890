using AccountFunctions.Telemetry;

namespace AccountFunctions.Storage.Jobs;

/// <summary>Sends a job to the queue of its kind.</summary>
public sealed class JobSender(EmailOutbox mails, HousekeepingQueue housekeeping, DeletionStore deletions, EventSwitch published)
{
    public Task SendAsync(Job job, CancellationToken cancellationToken) => job switch
    {
        EmailJob mail => mails.EnqueueAsync(mail with { Trace = Tracing.Current }, mail.Delay, cancellationToken),
        AccountPurge purge => SendAsync(purge, cancellationToken),
        AccountNews when !published.IsOn => Task.CompletedTask,
        HousekeepingJob later => housekeeping.EnqueueAsync(later, cancellationToken),
        _ => throw new InvalidOperationException($"No queue for {job.GetType().Name}."),
    };

    // A lost message must not keep an account forever, so also list each deletion in the table.
    private async Task SendAsync(AccountPurge purge, CancellationToken cancellationToken)
    {
        await deletions.AddPendingAsync(purge, cancellationToken);
        await housekeeping.EnqueueAsync(purge, cancellationToken);
    }
}
