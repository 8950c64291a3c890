namespace Azure.Communication.Email;

public class EmailRecipients(IEnumerable<EmailAddress> to)
{
    public IList<EmailAddress> To { get; } = [.. to];
}
