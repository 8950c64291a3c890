using System.Security.Cryptography;
using System.Text.Json;
using AccountFunctions.Housekeeping;
using AccountFunctions.Storage;
using AccountFunctions.Telemetry;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Email;

/// <summary>
/// Handles a job of the queue. What an outage prevents is thrown, and the host delivers the job again; everything else ends here: a mail is sent once,
/// postponed as a copy of its job, or dropped with a reason in the log.
/// </summary>
public sealed partial class EmailSender(
    EmailComposer composer,
    EmailQuota quota,
    MailStore mails,
    IEmailTransport transport,
    EmailOutbox outbox,
    HousekeepingSchedule housekeeping,
    Retention retention,
    AccountMetrics metrics,
    TimeProvider time,
    ILogger<EmailSender> logger)
{
    // 1 + 3 + 9 s: longer than a request may take to commit.
    private const int MaxWaits = 3;
    private const string RefusedForGood = "the transport refuses it for good";
    private static readonly TimeSpan StopRetry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan BusyRetry = TimeSpan.FromSeconds(15);

    // Shorter than a reset code lives, since what looks like a fault of the configuration may pass.
    private static readonly TimeSpan ConfigurationRetry = TimeSpan.FromMinutes(3);

    public async Task SendAsync(BinaryData message, CancellationToken cancellationToken)
    {
        if (Read(message) is not { } job)
        {
            metrics.MailHandled(null, "malformed");
            LogMalformed();
            await outbox.PoisonAsync(message, cancellationToken);
            return;
        }

        if (job.Kind is not EmailKind.NewSignIn)
        {
            // Those may have waited on purpose.
            metrics.JobHandled(EmailOutbox.QueueName, time.GetUtcNow() - job.Issued);
        }

        if (!job.IsCopy)
        {
            // First of all, so that nothing of the job can be left behind.
            var registration = job.Kind is EmailKind.Registration ? job.Id : null;
            await housekeeping.EnqueueAsync(new AddressSweep(job.AddressKey, retention.EndOfMail(job.Issued), registration), cancellationToken);
        }

        try
        {
            await HandleAsync(job, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The host stops and keeps the message hidden until its lease ends, which may be longer than the code lives.
            using var limit = new CancellationTokenSource(StopTimeout);
            await PostponeAsync(job, StopRetry, "the host stops", limit.Token);
        }
    }

    private async Task HandleAsync(EmailJob job, CancellationToken cancellationToken)
    {
        switch (await composer.ComposeAsync(job, cancellationToken))
        {
            case EmailDecision.Drop drop:
                Drop(job, drop.Reason);
                break;
            case EmailDecision.Wait when job.Waits == MaxWaits:
                Drop(job, "its row never came");
                break;
            case EmailDecision.Wait:
                await PostponeAsync(job with { Waits = job.Waits + 1 }, TimeSpan.FromSeconds(Math.Pow(3, job.Waits)), "its row is not there yet", cancellationToken);
                break;
            case EmailDecision.Send send when await quota.TakeAsync(send.Priority, cancellationToken) is { Ticks: > 0 } full:
                await PostponeAsync(job, full, "the quota is used up for the moment", cancellationToken);
                break;
            case EmailDecision.Send send:
                await DeliverAsync(job, new Mail(send.To, send.Text.Subject, send.Text.PlainText, send.Text.Html, job.OperationId), cancellationToken);
                break;
        }
    }

    private static EmailJob? Read(BinaryData message)
    {
        try
        {
            return JsonSerializer.Deserialize(message, AccountJson.Default.EmailJob) is { Version: EmailJob.CurrentVersion } job ? job : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private async Task DeliverAsync(EmailJob job, Mail mail, CancellationToken cancellationToken)
    {
        switch (await mails.TryBeginAsync(job.AddressKey, job.OperationId, retention.EndOfMail(job.Issued), cancellationToken))
        {
            case { Sent: true }:
                Drop(job, "it is sent already");
                break;
            case { BusyFor: { } wait }:
                await PostponeAsync(job, wait < BusyRetry ? wait : BusyRetry, "another delivery of it is under way", cancellationToken);
                break;
            case { Mine: { } row, TakenOver: true } when await transport.FindReportAsync(job.OperationId, cancellationToken) is not null:
                await SetSentAsync(job, row, cancellationToken);
                break;
            case { Mine: { } row }:
                await DeliverAsync(job, mail, row, cancellationToken);
                break;
        }
    }

    private async Task DeliverAsync(EmailJob job, Mail mail, MailEntity row, CancellationToken cancellationToken)
    {
        try
        {
            await transport.SendAsync(mail, cancellationToken);
        }
        catch (EmailFailureException e)
        {
            // Communication Services has delivered mails that it answered 429, so before the next try it is asked.
            await mails.GiveUpAsync(row, refused: e.Failure is not EmailFailure.Throttled);
            await HandleFailureAsync(job, e, cancellationToken);
            return;
        }
        catch
        {
            metrics.MailHandled(job.Kind, "failed");
            await mails.GiveUpAsync(row, refused: false);
            throw;
        }

        await SetSentAsync(job, row, cancellationToken);
    }

    private async Task SetSentAsync(EmailJob job, MailEntity row, CancellationToken cancellationToken)
    {
        await mails.SetSentAsync(row, cancellationToken);
        if (transport.ReportDelay is { } delay)
        {
            await housekeeping.EnqueueAsync(new DeliveryCheck(job.AddressKey, job.OperationId, time.GetUtcNow() + delay), cancellationToken);
        }

        metrics.MailHandled(job.Kind, "sent");
        LogSent(job.Kind, job.Id, job.OperationId);
    }

    private Task HandleFailureAsync(EmailJob job, EmailFailureException exception, CancellationToken cancellationToken)
    {
        switch (exception.Failure)
        {
            case EmailFailure.Throttled:
                return PostponeAsync(job, exception.RetryAfter, "the transport takes no more for the moment", cancellationToken);
            case EmailFailure.Configuration:
                LogMisconfigured(exception.Message, exception);
                return PostponeAsync(job, ConfigurationRetry, "the transport is misconfigured", cancellationToken);
            default:
                metrics.MailHandled(job.Kind, "dropped", RefusedForGood);
                LogRefused(job.Kind, job.Id, RefusedForGood, exception.Message);
                return Task.CompletedTask;
        }
    }

    // A copy instead of a failure: it uses up no dequeue, and comes when it should. Spread out, so that the copies do not all come at once.
    private Task PostponeAsync(EmailJob job, TimeSpan delay, string reason, CancellationToken cancellationToken)
    {
        metrics.MailHandled(job.Kind, "postponed", reason);
        LogPostponed(job.Kind, job.Id, reason);
        return outbox.EnqueueAsync(job with { IsCopy = true }, cancellationToken, delay + (delay * (RandomNumberGenerator.GetInt32(25) / 100.0)));
    }

    private void Drop(EmailJob job, string reason)
    {
        metrics.MailHandled(job.Kind, "dropped", reason);
        LogDropped(job.Kind, job.Id, reason);
    }

    [LoggerMessage(LogLevel.Information, "Mail {Kind} of {Id} handed over, operation {OperationId}.")]
    private partial void LogSent(EmailKind kind, string id, Guid operationId);

    [LoggerMessage(LogLevel.Information, "Mail {Kind} of {Id} postponed: {Reason}.")]
    private partial void LogPostponed(EmailKind kind, string id, string reason);

    [LoggerMessage(LogLevel.Information, "Mail {Kind} of {Id} dropped: {Reason}.")]
    private partial void LogDropped(EmailKind kind, string id, string reason);

    [LoggerMessage(LogLevel.Warning, "Mail {Kind} of {Id} dropped: {Reason}: {Answer}.")]
    private partial void LogRefused(EmailKind kind, string id, string reason, string answer);

    [LoggerMessage(LogLevel.Critical, "No mail leaves: the transport answers {Reason}. Check credentials, sender and domain.")]
    private partial void LogMisconfigured(string reason, Exception exception);

    [LoggerMessage(LogLevel.Error, "A message that is no mail job is put aside in the poison queue.")]
    private partial void LogMalformed();
}
