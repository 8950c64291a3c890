using System.Globalization;
using Azure;
using Azure.Communication.Email;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Email;

/// <summary>Azure Communication Services Email.</summary>
public sealed class AzureCommunicationTransport(EmailClient client, IOptions<EmailOptions> options) : IEmailTransport
{
    private static readonly TimeSpan DefaultRetryAfter = TimeSpan.FromMinutes(1);

    public TimeSpan? ReportDelay { get; } = TimeSpan.FromMinutes(10);

    public async Task SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        var content = new EmailContent(mail.Subject) { PlainText = mail.PlainText, Html = mail.Html };
        var message = new EmailMessage(options.Value.Sender, mail.To, content) { UserEngagementTrackingDisabled = true };
        try
        {
            // Started, not Completed: waiting for the delivery would hold the function for a minute.
            await client.SendAsync(WaitUntil.Started, message, mail.OperationId, cancellationToken);
        }
        catch (RequestFailedException e) when (Classify(e) is { } failure)
        {
            throw new EmailFailureException(failure, $"{e.Status} {e.ErrorCode}", RetryAfterOf(e), e);
        }
    }

    public async Task<DeliveryReport?> FindReportAsync(Guid operationId, CancellationToken cancellationToken)
    {
        try
        {
            var operation = new EmailSendOperation(operationId.ToString(), client);
            await operation.UpdateStatusAsync(cancellationToken);
            return new DeliveryReport(operation.HasCompleted ? DeliveryStatus.Delivered : DeliveryStatus.UnderWay);
        }
        catch (RequestFailedException e) when (e.Status == 200)
        {
            return new DeliveryReport(DeliveryStatus.Failed, e.ErrorCode ?? "");
        }
        catch (RequestFailedException e) when (e.Status == 404)
        {
            return null;
        }
    }

    private static EmailFailure? Classify(RequestFailedException exception) => exception.Status switch
    {
        400 or 422 when IsAboutSender(exception.ErrorCode ?? "") => EmailFailure.Configuration,
        400 or 413 or 422 => EmailFailure.Permanent,
        401 or 403 or 404 => EmailFailure.Configuration,
        429 => EmailFailure.Throttled,
        _ => null,
    };

    // Like DomainNotLinked or InvalidSenderUserName.
    private static bool IsAboutSender(string errorCode) =>
        errorCode.Contains("Domain", StringComparison.OrdinalIgnoreCase)
            || errorCode.Contains("Sender", StringComparison.OrdinalIgnoreCase);

    private static TimeSpan RetryAfterOf(RequestFailedException exception) =>
        exception.GetRawResponse()?.Headers.TryGetValue("Retry-After", out var text) == true
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : DefaultRetryAfter;
}
