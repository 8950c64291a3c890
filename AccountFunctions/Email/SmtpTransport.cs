using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace AccountFunctions.Email;

/// <summary>Any mail server, through MailKit.</summary>
public sealed class SmtpTransport(IOptions<SmtpOptions> smtp, IOptions<EmailOptions> email) : IEmailTransport
{
    private const int TimeoutMilliseconds = 20_000;

    /// <summary>Failures come back as mails to the sender.</summary>
    public TimeSpan? ReportDelay => null;

    public Task<DeliveryReport?> FindReportAsync(Guid operationId, CancellationToken cancellationToken) =>
        Task.FromResult<DeliveryReport?>(null);

    public async Task SendAsync(Mail mail, CancellationToken cancellationToken)
    {
        var options = smtp.Value;
        using var message = new MimeMessage
        {
            From = { new MailboxAddress(email.Value.ProductName, email.Value.Sender) },
            To = { new MailboxAddress(null, mail.To) },
            Subject = mail.Subject,
            MessageId = $"{mail.OperationId:N}@{email.Value.Sender.Split('@')[^1]}",
            Body = new BodyBuilder { TextBody = mail.PlainText, HtmlBody = mail.Html }.ToMessageBody(),
        };

        using var client = new SmtpClient { Timeout = TimeoutMilliseconds };
        try
        {
            await client.ConnectAsync(options.Host, options.Port, options.Security, cancellationToken);
            if (options.Username is not "")
            {
                await client.AuthenticateAsync(options.Username, options.Password, cancellationToken);
            }

            await client.SendAsync(message, cancellationToken);
        }
        catch (Exception e) when (Classify(e) is { } failure)
        {
            throw new EmailFailureException(failure, Describe(e), innerException: e);
        }

        await client.DisconnectAsync(quit: true, cancellationToken);
    }

    // 4xx replies mean "not now" (RFC 5321 §4.2.1), like a connection that breaks. Only one kind of 5xx reply is about the mail: that the
    // recipient does not exist, unless the server says that we are the problem (5.7 of RFC 3463: security or policy, like relaying denied).
    private static EmailFailure? Classify(Exception exception) => exception switch
    {
        AuthenticationException or SslHandshakeException or NotSupportedException => EmailFailure.Configuration,
        SmtpCommandException { ErrorCode: SmtpErrorCode.RecipientNotAccepted, StatusCode: >= (SmtpStatusCode)500 } refused
            when !refused.Message.StartsWith("5.7.", StringComparison.Ordinal) => EmailFailure.Permanent,
        SmtpCommandException { StatusCode: >= (SmtpStatusCode)500 } => EmailFailure.Configuration,
        _ => null,
    };

    // Never the server's text: it may quote the address.
    private static string Describe(Exception exception) => exception is SmtpCommandException refused
        ? $"{(int)refused.StatusCode} {refused.ErrorCode}"
        : exception.GetType().Name;
}
