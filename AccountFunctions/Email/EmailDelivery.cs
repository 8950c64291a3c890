using System.Diagnostics;
using AccountFunctions.Security;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;
using AccountFunctions.Telemetry;

namespace AccountFunctions.Email;

/// <summary>Hands a mail to the transport once, however often its job is delivered.</summary>
public sealed class EmailDelivery(MailStore mails, IEmailTransport transport, Lifetimes lifetimes)
{
    private static readonly TimeSpan BusyRetry = TimeSpan.FromSeconds(15);

    /// <summary>Until when the app remembers that the mail was sent.</summary>
    public DateTimeOffset EndOf(EmailJob job) =>
        job.IsNotice ? Lifetimes.EndOfNotice(job.Issued) : lifetimes.EndOfMail(job.Issued);

    /// <exception cref="EmailFailureException">The transport refused the mail.</exception>
    public async Task<DeliveryOutcome> DeliverAsync(EmailJob job, Mail mail, CancellationToken cancellationToken)
    {
        switch (await mails.BeginAsync(job.AddressKey, job.OperationId, EndOf(job), cancellationToken))
        {
            case MailTurn.AlreadySent:
                return new DeliveryOutcome.AlreadySent();
            case MailTurn.Busy busy:
                return new DeliveryOutcome.Busy(busy.Remaining < BusyRetry ? busy.Remaining : BusyRetry);
            case MailTurn.TakenOver turn:
                if (!await transport.HasAcceptedAsync(job.OperationId, cancellationToken))
                {
                    await SendAsync(mail, turn.Row, cancellationToken);
                }

                return await SetSentAsync(turn.Row, cancellationToken);
            case MailTurn.Mine turn:
                await SendAsync(mail, turn.Row, cancellationToken);
                return await SetSentAsync(turn.Row, cancellationToken);
            case var turn:
                throw new InvalidOperationException($"No case for {turn.GetType().Name}.");
        }
    }

    private async Task SendAsync(Mail mail, MailEntity row, CancellationToken cancellationToken)
    {
        using var span = Tracing.Source.StartActivity(nameof(Mail), ActivityKind.Client);
        try
        {
            await transport.SendAsync(mail, cancellationToken);
        }
        catch (Exception e)
        {
            span.SetError(e.GetType().Name);

            // Communication Services has delivered mails that it answered with 429, so the app asks about a mail before it sends again.
            await mails.GiveUpAsync(row, refused: e is EmailFailureException { Failure: not EmailFailure.Throttled });
            throw;
        }
    }

    private async Task<DeliveryOutcome> SetSentAsync(MailEntity row, CancellationToken cancellationToken)
    {
        await mails.SetSentAsync(row, cancellationToken);
        return new DeliveryOutcome.Sent();
    }
}

/// <summary>The outcome of a delivery that the transport did not refuse.</summary>
public abstract record DeliveryOutcome
{
    private DeliveryOutcome()
    {
    }

    public sealed record Sent : DeliveryOutcome;

    public sealed record AlreadySent : DeliveryOutcome;

    /// <summary>Another delivery of the job is in progress; try again after this time.</summary>
    public sealed record Busy(TimeSpan RetryAfter) : DeliveryOutcome;
}
