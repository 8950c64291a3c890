using System.Globalization;
using Azure;
using Azure.Communication.Email;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Email;

/// <summary>Sends mails through Azure Communication Services.</summary>
public sealed class AzureCommunicationTransport(EmailClient client, IOptions<EmailOptions> options) : IEmailTransport
{
    private static readonly TimeSpan DefaultRetryAfter = TimeSpan.FromMinutes(1);

    public async Task SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        var content = new EmailContent(mail.Subject) { PlainText = mail.PlainText, Html = mail.Html };
        var message = new EmailMessage(options.Value.Sender, mail.To, content) { UserEngagementTrackingDisabled = true };
        foreach (var (name, value) in Mail.Headers)
        {
            message.Headers.Add(name, value);
        }

        try
        {
            // Started instead of Completed, because waiting for the delivery would hold the function for a minute.
            await client.SendAsync(WaitUntil.Started, message, mail.OperationId, cancellationToken);
        }
        catch (RequestFailedException e) when (Classify(e) is { } failure)
        {
            throw new EmailFailureException(failure, $"{e.Status} {e.ErrorCode}", RetryAfterOf(e), e);
        }
    }

    public async Task<bool> HasAcceptedAsync(Guid operationId, CancellationToken cancellationToken)
    {
        try
        {
            await new EmailSendOperation(operationId.ToString(), client).UpdateStatusAsync(cancellationToken);
            return true;
        }
        catch (RequestFailedException e) when (e.Status is 200 or 404)
        {
            // With 200, the service has accepted the mail and then failed to deliver it.
            return e.Status == 200;
        }
    }

    private static EmailFailure? Classify(RequestFailedException exception) => exception.Status switch
    {
        400 or 422 when IsAboutRecipient(exception.Message) => EmailFailure.Permanent,
        429 => EmailFailure.Throttled,
        408 or >= 500 or < 400 => null,

        // The same mail will go through after an operator fixes the sender, the domain, the rights or the app.
        _ => EmailFailure.Configuration,
    };

    // The service also reports "Invalid format for email address" for the sender, but then names the property.
    private static bool IsAboutRecipient(string message) =>
        !message.Contains("sender", StringComparison.OrdinalIgnoreCase)
        && (message.Contains("recipients", StringComparison.OrdinalIgnoreCase)
            || message.Contains("Invalid format for email address", StringComparison.OrdinalIgnoreCase));

    private static TimeSpan RetryAfterOf(RequestFailedException exception) =>
        exception.GetRawResponse()?.Headers.TryGetValue("Retry-After", out var text) == true
        && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
            ? TimeSpan.FromSeconds(seconds)
            : DefaultRetryAfter;
}
