using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Email;

/// <summary>
/// Remembers which addresses bounce. The app sends them nothing for a time that grows with each bounce, as Communication Services itself
/// does (its managed suppression list), and then tries one mail.
/// </summary>
public sealed class BouncedAddresses(AddressStore addresses, TimeProvider time)
{
    private const string Bounces = "its mailbox bounces";
    private const string OnTrial = "another mail tries whether its mailbox still bounces";
    private static readonly TimeSpan TrialRetry = TimeSpan.FromMinutes(1);

    // Most reports come within minutes, but a mailbox may be slow to answer.
    private static readonly TimeSpan TrialTime = TimeSpan.FromHours(1);

    private static readonly TimeSpan[] Pauses =
    [
        TimeSpan.FromDays(1), TimeSpan.FromDays(2), TimeSpan.FromDays(4), TimeSpan.FromDays(7), TimeSpan.FromDays(14),
    ];

    /// <summary>What becomes of a mail to an address that has bounced; null: it may go.</summary>
    public async Task<EmailDecision?> HoldAsync(EmailJob job, CancellationToken cancellationToken)
    {
        var loaded = await addresses.LoadAsync(job.AddressKey, cancellationToken);
        if (loaded.Guard.Bounces == 0)
        {
            return null;
        }

        EmailDecision? held = null;
        await addresses.ChangeAsync<Success>(
            AddressRequest.Of(loaded),
            partition =>
            {
                held = Hold(partition, MailEntity.KeyOf(job.OperationId));
                return Success.Done;
            },
            cancellationToken);
        return held;
    }

    /// <summary>Counts a bounce, or clears them after a delivery. Does nothing about a mail that it already knows to have failed.</summary>
    public Task RecordAsync(AddressPartition loaded, DeliveryReport report, CancellationToken cancellationToken) =>
        addresses.ChangeAsync<Success>(
            AddressRequest.Of(loaded),
            partition =>
            {
                var isTrial = partition.Guard.Trial == MailEntity.KeyOf(report.MessageId);
                if (report.IsBounce && partition.FindMail(report.MessageId) is { Failure: null } mail)
                {
                    mail.Failure = $"{report.Status}";
                    partition.Save(mail);
                    CountBounce(partition, isTrial);
                }
                else if (report.IsDelivery && isTrial)
                {
                    Clear(partition);
                }

                return Success.Done;
            },
            cancellationToken);

    private static void Clear(AddressPartition partition)
    {
        partition.Guard.ClearBounces();
        partition.Save(partition.Guard);
    }

    // Mails that were on their way when the first one bounced say nothing new.
    private void CountBounce(AddressPartition partition, bool isTrial)
    {
        var guard = partition.Guard;
        if (guard.Bounces > 0 && !isTrial)
        {
            return;
        }

        guard.Bounces++;
        guard.UndeliverableUntil = time.GetUtcNow() + Pauses[Math.Min(guard.Bounces, Pauses.Length) - 1];
        guard.Trial = null;
        partition.Save(guard);
        partition.Enqueue(new AddressSweep(partition.Key, guard.BouncesEnd + Retention.Margin));
    }

    private EmailDecision? Hold(AddressPartition partition, string mail)
    {
        var (guard, now) = (partition.Guard, time.GetUtcNow());
        if (now < guard.UndeliverableUntil)
        {
            return new EmailDecision.Drop(Bounces);
        }

        if (guard.BouncesEnd <= now)
        {
            Clear(partition);
        }
        else if (guard.Trial is { } trial && trial != mail && now < guard.TrialEnd)
        {
            return new EmailDecision.Postpone(TrialRetry, OnTrial);
        }
        else if (guard.Trial != mail)
        {
            (guard.Trial, guard.TrialEnd) = (mail, now + TrialTime);
            partition.Save(guard);
        }

        return null;
    }
}
