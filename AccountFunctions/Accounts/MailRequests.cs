using AccountFunctions.Contract;
using AccountFunctions.Email;
using AccountFunctions.Security;
using AccountFunctions.Storage;

namespace AccountFunctions.Accounts;

/// <summary>Mails that operations ask for: counted per address, then enqueued.</summary>
public sealed class MailRequests(MailThrottle throttle, EmailOutbox outbox, TimeProvider time)
{
    /// <summary>
    /// Counts a mail that the visitor asked for in the partition's guard. Null if it may go; save the guard with the change.
    /// </summary>
    public Problem? Count(AddressPartition partition) =>
        throttle.Count(partition.Guard, time.GetUtcNow()) is { } wait ? Problem.Throttled(ThrottleKind.Mail, wait) : null;

    /// <summary>Counts a notice, which needs no cool-down. False if the address has had as many mails as it may.</summary>
    public bool TryCountNotice(AddressPartition partition) => throttle.Count(partition.Guard, time.GetUtcNow(), isNotice: true) is null;

    /// <summary>Call it before the change is committed: a row without its job would be a mail that nobody sends.</summary>
    public Task EnqueueAsync(EmailJob job, CancellationToken cancellationToken) => outbox.EnqueueAsync(job, cancellationToken);
}
