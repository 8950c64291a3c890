using System.Security.Cryptography;
using System.Text.Json;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Telemetry;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Email;

/// <summary>
/// Handles a mail job. Throws on an outage, so that the host delivers the job again. Any other job ends here: it sends its mail, is
/// postponed as a copy, or is dropped with a reason in the log.
/// </summary>
public sealed partial class EmailSender(
    EmailComposer composer,
    BouncedAddresses bounced,
    EmailQuota quota,
    EmailDelivery delivery,
    EmailOutbox outbox,
    HousekeepingQueue housekeeping,
    AccountMetrics metrics,
    TimeProvider time,
    ILogger<EmailSender> logger)
{
    // 1 + 3 + 9 s is longer than a request may take to commit.
    private const int MaxWaits = 3;
    private const string NoMailbox = "there is no such mailbox";
    private static readonly TimeSpan StopRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);

    // The first delay is shorter than the life of a reset code, because an apparent misconfiguration may be temporary.
    private static readonly TimeSpan FirstConfigurationRetry = TimeSpan.FromMinutes(3);
    private static readonly TimeSpan LastConfigurationRetry = TimeSpan.FromMinutes(15);

    public async Task SendAsync(BinaryData message, CancellationToken cancellationToken)
    {
        if (outbox.Read(message) is not { Version: EmailJob.CurrentVersion } job || !EmailComposer.Knows(job.Kind))
        {
            metrics.MailHandled(null, "malformed");
            LogMalformed();
            await outbox.PoisonAsync(message, cancellationToken);
            return;
        }

        using var span = Tracing.StartJob(nameof(EmailJob), job.Trace);
        if (job.Kind is not MailKind.NewSignIn)
        {
            // Notices of new clients may have waited on purpose.
            metrics.JobHandled(QueueNames.EmailJobs, time.GetUtcNow() - job.Issued);
        }

        try
        {
            await HandleAsync(job, cancellationToken);
        }
        catch (Exception e) when (cancellationToken.IsCancellationRequested && (e is OperationCanceledException || e.IsOutage()))
        {
            // A host that stops keeps the message hidden until its lease ends, which may be after the code expires.
            using var limit = new CancellationTokenSource(StopTimeout);
            await PostponeAsync(job, StopRetry, "the host stops", limit.Token);
        }
    }

    private async Task HandleAsync(EmailJob job, CancellationToken cancellationToken)
    {
        if (!job.IsCopy)
        {
            // Schedule the sweep first, so that no row of the job can be left behind.
            var registration = job.Kind is MailKind.Registration ? job.Id : null;
            await housekeeping.EnqueueAsync(
                new AddressSweep(job.AddressKey, delivery.EndOf(job), registration), cancellationToken);
        }

        switch (await DecideAsync(job, cancellationToken))
        {
            case EmailDecision.Drop drop:
                Drop(job, drop.Reason);
                break;
            case EmailDecision.Postpone later:
                await PostponeAsync(job, later.Delay, later.Reason, cancellationToken);
                break;
            case EmailDecision.Wait when job.Waits == MaxWaits:
                Drop(job, "its row never came");
                break;
            case EmailDecision.Wait:
                var pause = TimeSpan.FromSeconds(Math.Pow(3, job.Waits));
                await PostponeAsync(job with { Waits = job.Waits + 1 }, pause, "its row is not there yet", cancellationToken);
                break;
            case EmailDecision.Send send when await quota.TakeAsync(send.Priority, cancellationToken) is { Ticks: > 0 } full:
                await PostponeAsync(job, full, "the quota is used up for the moment", cancellationToken);
                break;
            case EmailDecision.Send send:
                await DeliverAsync(
                    job, new Mail(send.To, send.Text.Subject, send.Text.PlainText, send.Text.Html, job.OperationId), cancellationToken);
                break;
        }
    }

    private async Task<EmailDecision> DecideAsync(EmailJob job, CancellationToken cancellationToken) =>
        await composer.ComposeAsync(job, cancellationToken) switch
        {
            EmailDecision.Send send => await bounced.HoldAsync(job, cancellationToken) ?? send,
            var other => other,
        };

    private async Task DeliverAsync(EmailJob job, Mail mail, CancellationToken cancellationToken)
    {
        try
        {
            switch (await delivery.DeliverAsync(job, mail, cancellationToken))
            {
                case DeliveryOutcome.AlreadySent:
                    Drop(job, "it was already sent");
                    break;
                case DeliveryOutcome.Busy busy:
                    await PostponeAsync(job, busy.RetryAfter, "another delivery is in progress", cancellationToken);
                    break;
                case DeliveryOutcome.Sent:
                    Count(job, "sent");
                    LogSent(job.Kind, job.Id, job.OperationId);
                    break;
            }
        }
        catch (EmailFailureException e)
        {
            await HandleFailureAsync(job, e, cancellationToken);
        }
        catch
        {
            Count(job, "failed");
            throw;
        }
    }

    private Task HandleFailureAsync(EmailJob job, EmailFailureException exception, CancellationToken cancellationToken)
    {
        switch (exception.Failure)
        {
            case EmailFailure.Throttled:
                return PostponeAsync(job, exception.RetryAfter, "the transport takes no more for the moment", cancellationToken);
            case EmailFailure.Configuration:
                LogMisconfigured(exception.Message, exception);
                var age = time.GetUtcNow() - job.Issued;
                var delay = TimeSpan.FromTicks(Math.Clamp(age.Ticks, FirstConfigurationRetry.Ticks, LastConfigurationRetry.Ticks));
                return PostponeAsync(job, delay, "the transport is misconfigured", cancellationToken);
            default:
                Count(job, "dropped", NoMailbox);
                LogRefused(job.Kind, job.Id, NoMailbox, exception.Message);
                return Task.CompletedTask;
        }
    }

    // Send a copy instead of failing: a copy does not count as a failed delivery, and it arrives at the chosen time. The random delay keeps
    // copies from all arriving at once.
    private Task PostponeAsync(EmailJob job, TimeSpan delay, string reason, CancellationToken cancellationToken)
    {
        Count(job, "postponed", reason);
        LogPostponed(job.Kind, job.Id, reason);
        var spread = delay * (RandomNumberGenerator.GetInt32(25) / 100.0);
        return outbox.EnqueueAsync(job with { IsCopy = true }, delay + spread, cancellationToken);
    }

    private void Drop(EmailJob job, string reason)
    {
        Count(job, "dropped", reason);
        LogDropped(job.Kind, job.Id, reason);
    }

    private void Count(EmailJob job, string outcome, string? reason = null) =>
        metrics.MailHandled(JsonNamingPolicy.SnakeCaseLower.ConvertName($"{job.Kind}"), outcome, reason);

    [LoggerMessage(LogLevel.Information, "Mail {Kind} of {Id} handed over, operation {OperationId}.")]
    private partial void LogSent(string kind, string id, Guid operationId);

    [LoggerMessage(LogLevel.Information, "Mail {Kind} of {Id} postponed: {Reason}.")]
    private partial void LogPostponed(string kind, string id, string reason);

    [LoggerMessage(LogLevel.Information, "Mail {Kind} of {Id} dropped: {Reason}.")]
    private partial void LogDropped(string kind, string id, string reason);

    [LoggerMessage(LogLevel.Warning, "Mail {Kind} of {Id} dropped: {Reason}: {Answer}.")]
    private partial void LogRefused(string kind, string id, string reason, string answer);

    [LoggerMessage(LogLevel.Critical, "No mail can be sent: the transport answers {Reason}. Check the credentials, sender and domain.")]
    private partial void LogMisconfigured(string reason, Exception exception);

    [LoggerMessage(LogLevel.Error, "A message that is not a mail job goes to the poison queue.")]
    private partial void LogMalformed();
}
