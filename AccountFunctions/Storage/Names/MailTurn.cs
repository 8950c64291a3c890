namespace AccountFunctions.Storage.Names;

/// <summary>Who may send a mail that a delivery of its job asks for.</summary>
public abstract record MailTurn
{
    private MailTurn()
    {
    }

    /// <summary>Nobody: the mail is sent already.</summary>
    public sealed record AlreadySent : MailTurn;

    /// <summary>Another delivery, which may be sending it for so long.</summary>
    public sealed record Busy(TimeSpan Remaining) : MailTurn;

    /// <summary>This delivery.</summary>
    public sealed record Mine(MailEntity Row) : MailTurn;

    /// <summary>This delivery. An earlier delivery crashed or got no response, so it may already have sent the mail.</summary>
    public sealed record TakenOver(MailEntity Row) : MailTurn;
}
