namespace Azure.Communication.Email;

public class EmailMessage
{
    public EmailMessage(string senderAddress, EmailRecipients recipients, EmailContent content) =>
        (SenderAddress, Recipients, Content) = (senderAddress, recipients, content);

    public EmailMessage(string fromAddress, string toAddress, EmailContent content)
        : this(fromAddress, new EmailRecipients([new EmailAddress(toAddress)]), content)
    {
    }

    public string SenderAddress { get; }

    public EmailRecipients Recipients { get; }

    public EmailContent Content { get; }

    public IDictionary<string, string> Headers { get; } = new Dictionary<string, string>();
}

public class EmailRecipients(IEnumerable<EmailAddress> to)
{
    public IList<EmailAddress> To { get; } = [.. to];
}

public readonly struct EmailAddress(string address)
{
    public EmailAddress(string address, string displayName)
        : this(address) => DisplayName = displayName;

    public string Address { get; } = address;

    public string DisplayName { get; } = "";
}

public class EmailContent(string subject)
{
    public string Subject { get; } = subject;

    public string? PlainText { get; set; }

    public string? Html { get; set; }
}
