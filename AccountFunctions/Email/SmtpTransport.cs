using MailKit;
using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace AccountFunctions.Email;

/// <summary>Sends mails through any mail server, with MailKit.</summary>
public sealed class SmtpTransport(IOptions<SmtpOptions> smtp, IOptions<EmailOptions> email) : IEmailTransport
{
    private const int TimeoutMilliseconds = 20_000;
    private static readonly TimeSpan MailboxFullRetry = TimeSpan.FromMinutes(5);

    public Task<bool> HasAcceptedAsync(Guid operationId, CancellationToken cancellationToken) => Task.FromResult(false);

    private string SenderDomain => email.Value.Sender.Split('@')[^1];

    public async Task SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        var options = smtp.Value;
        using var message = new MimeMessage
        {
            From = { new MailboxAddress(email.Value.ProductName, email.Value.Sender) },
            To = { new MailboxAddress(null, mail.To) },
            Subject = mail.Subject,
            MessageId = $"{mail.OperationId:N}@{SenderDomain}",
            Body = new BodyBuilder { TextBody = mail.PlainText, HtmlBody = mail.Html }.ToMessageBody(),
        };
        foreach (var (name, value) in Mail.Headers)
        {
            message.Headers.Add(name, value);
        }

        using var client = new SmtpClient
        {
            Timeout = TimeoutMilliseconds,
            LocalDomain = options.LocalDomain is "" ? SenderDomain : options.LocalDomain,
        };
        try
        {
            await client.ConnectAsync(options.Host, options.Port, options.Security, cancellationToken);
            if (options.Username is not "")
            {
                await client.AuthenticateAsync(options.Username, options.Password, cancellationToken);
            }

            // With SMTPUTF8, the client would write the recipient's domain in Unicode, and a next hop without SMTPUTF8 would bounce the
            // mail.
            client.Capabilities &= ~SmtpCapabilities.UTF8;
            await client.SendAsync(message, cancellationToken);
        }
        catch (Exception e) when (Classify(e) is { } failure)
        {
            throw new EmailFailureException(
                failure, Describe(e), failure is EmailFailure.Throttled ? MailboxFullRetry : TimeSpan.Zero, e);
        }

        await client.DisconnectAsync(quit: true, cancellationToken);
    }

    // A broken connection is an outage.
    private static EmailFailure? Classify(Exception exception) => exception switch
    {
        AuthenticationException or ServiceNotAuthenticatedException or SslHandshakeException or NotSupportedException =>
             EmailFailure.Configuration,
        SmtpCommandException refusal => SmtpRefusal.Classify(refusal),
        _ => null,
    };

    // Never log the server's text, because it may quote the address.
    private static string Describe(Exception exception) => exception is SmtpCommandException refused
        ? $"{(int)refused.StatusCode} {refused.ErrorCode}"
        : exception.GetType().Name;
}
