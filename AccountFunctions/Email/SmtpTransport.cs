using MailKit.Net.Smtp;
using MailKit.Security;
using Microsoft.Extensions.Options;
using MimeKit;

namespace AccountFunctions.Email;

/// <summary>Any mail server, through MailKit.</summary>
public sealed class SmtpTransport(IOptions<SmtpOptions> smtp, IOptions<EmailOptions> email) : IEmailTransport
{
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

        using var client = new SmtpClient { Timeout = (int)TimeSpan.FromSeconds(20).TotalMilliseconds };
        await client.ConnectAsync(options.Host, options.Port, options.Security, cancellationToken);
        if (options.Username is not "")
        {
            await client.AuthenticateAsync(options.Username, options.Password, cancellationToken);
        }

        await client.SendAsync(message, cancellationToken);
        await client.DisconnectAsync(quit: true, cancellationToken);
    }
}

/// <summary>Settings <c>Smtp__*</c>, read when <c>Email__Transport</c> is <c>Smtp</c>.</summary>
public sealed class SmtpOptions
{
    public string Host { get; set; } = "";
    [System.ComponentModel.DataAnnotations.Range(1, 65535)] public int Port { get; set; } = 587;

    /// <summary>Empty: no authentication.</summary>
    public string Username { get; set; } = "";
    public string Password { get; set; } = "";

    /// <summary>STARTTLS unless told otherwise: no password or code crosses the net in clear.</summary>
    public SecureSocketOptions Security { get; set; } = SecureSocketOptions.StartTls;
}
