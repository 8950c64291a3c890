using Azure;
using Azure.Communication.Email;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Email;

/// <summary>A mail as it leaves; <paramref name="OperationId"/> is the same whenever the same job sends it again.</summary>
public sealed record Mail(string To, string Subject, string PlainText, string Html, Guid OperationId);

/// <summary>What carries a mail. Throws when it was not taken over.</summary>
public interface IEmailTransport
{
    Task SendAsync(Mail mail, CancellationToken cancellationToken);
}

/// <summary>Azure Communication Services Email.</summary>
public sealed class AzureCommunicationTransport(EmailClient client, IOptions<EmailOptions> options) : IEmailTransport
{
    public async Task SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        var message = new EmailMessage(options.Value.Sender, mail.To, new EmailContent(mail.Subject) { PlainText = mail.PlainText, Html = mail.Html });

        // Started, not Completed: waiting for the delivery would hold the function for a minute.
        await client.SendAsync(WaitUntil.Started, message, mail.OperationId, cancellationToken);
    }
}
