using System.Net.Mail;

namespace Azure.Communication.Email;

/// <summary>A mail to send. The real type can carry attachments, copies and blind copies too.</summary>
public class EmailMessage
{
    public EmailMessage(string senderAddress, EmailRecipients recipients, EmailContent content)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(senderAddress);
        ArgumentNullException.ThrowIfNull(recipients);
        ArgumentNullException.ThrowIfNull(content);
        SenderAddress = senderAddress;
        Recipients = recipients;
        Content = content;
    }

    public EmailMessage(string senderAddress, string recipientAddress, EmailContent content)
        : this(senderAddress, new EmailRecipients([new EmailAddress(recipientAddress)]), content)
    {
    }

    public string SenderAddress { get; }

    public EmailRecipients Recipients { get; }

    public EmailContent Content { get; }

    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>();

    public IList<EmailAddress> ReplyTo { get; } = [];

    public bool? UserEngagementTrackingDisabled { get; set; }

    /// <exception cref="ArgumentException">The service would refuse the message.</exception>
    internal void Validate()
    {
        if (string.IsNullOrWhiteSpace(Content.Subject))
        {
            throw new ArgumentException("The subject is empty.");
        }

        if (string.IsNullOrWhiteSpace(Content.PlainText) && string.IsNullOrWhiteSpace(Content.Html))
        {
            throw new ArgumentException("The message has neither plain text nor HTML.");
        }

        if (Recipients.To.Count == 0 || Recipients.To.Any(recipient => !IsAddress(recipient.Address)))
        {
            throw new ArgumentException("A recipient's address is missing or invalid.");
        }

        if (Headers.Values.Any(string.IsNullOrEmpty))
        {
            throw new ArgumentException("A header has no value.");
        }
    }

    // Bare addresses only: "Ada <ada@example.com>" is not one.
    private static bool IsAddress(string address) => MailAddress.TryCreate(address, out var parsed) && parsed.Address == address;
}
