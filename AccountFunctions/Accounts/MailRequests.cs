using AccountFunctions.Contract;
using AccountFunctions.Email;
using AccountFunctions.Security;
using AccountFunctions.Storage;

namespace AccountFunctions.Accounts;

/// <summary>Mails that operations ask for: counted per address, then enqueued.</summary>
public sealed class MailRequests(AddressStore addresses, MailThrottle throttle, EmailOutbox outbox, TimeProvider time)
{
    /// <summary>
    /// Counts a mail that the visitor asked for in the partition's guard. Null if it may go; save the guard with the change.
    /// </summary>
    /// <param name="isNotice">Nobody asked for the mail, so the cool-down does not apply.</param>
    public Problem? Count(AddressPartition partition, bool isNotice = false) =>
        throttle.Count(partition.Guard, time.GetUtcNow(), isNotice) is { } wait ? Problem.Throttled(ThrottleKind.Mail, wait) : null;

    /// <summary>Counts a notice. False if the address has had as many mails as it may.</summary>
    public bool TryCountNotice(AddressPartition partition) => Count(partition, isNotice: true) is null;

    /// <summary>
    /// Counts the code of a change of address at the new one. The old one must have room for the notice that follows, which is counted once
    /// the code is redeemed. Null if the code may go.
    /// </summary>
    public async Task<Problem?> CountChangeAsync(AddressPartition current, string newKey, CancellationToken cancellationToken) =>
        Count(current, isNotice: true)
        ?? await addresses.ChangeAsync(newKey, partition => CountAndSave(partition, isNotice: false), cancellationToken);

    /// <summary>Counts a notice. Null if there was room for it.</summary>
    public Task<Problem?> CountNoticeAsync(string addressKey, CancellationToken cancellationToken) =>
        addresses.ChangeAsync(addressKey, partition => CountAndSave(partition, isNotice: true), cancellationToken);

    /// <summary>Call it before the change is committed: a row without its job would be a mail that nobody sends.</summary>
    public Task EnqueueAsync(EmailJob job, CancellationToken cancellationToken) => outbox.EnqueueAsync(job, cancellationToken);

    /// <summary>
    /// Has a notice sent to an address, unless that has had as many mails as it may. Call it before the change that the notice is about.
    /// </summary>
    /// <param name="when">Of the event that records the change.</param>
    /// <returns>Null if the notice goes.</returns>
    public async Task<Problem?> NotifyAsync(
        EmailKind kind, string addressKey, string accountId, DateTimeOffset when, CancellationToken cancellationToken)
    {
        var throttled = await CountNoticeAsync(addressKey, cancellationToken);
        if (throttled is null)
        {
            await EnqueueAsync(new EmailJob(kind, addressKey, accountId, when), cancellationToken);
        }

        return throttled;
    }

    private Task<Problem?> CountAndSave(AddressPartition partition, bool isNotice)
    {
        var throttled = Count(partition, isNotice);
        if (throttled is null)
        {
            partition.Save(partition.Guard);
        }

        return Task.FromResult(throttled);
    }
}
