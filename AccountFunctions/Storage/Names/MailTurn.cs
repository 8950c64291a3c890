namespace AccountFunctions.Storage.Names;

/// <summary>Whether a delivery of a mail job may send the mail.</summary>
public abstract record MailTurn
{
    private MailTurn()
    {
    }

    /// <summary>No: the mail was already sent.</summary>
    public sealed record AlreadySent : MailTurn;

    /// <summary>No: another delivery may still be sending it, for at most this long.</summary>
    public sealed record Busy(TimeSpan Remaining) : MailTurn;

    /// <summary>Yes.</summary>
    public sealed record Mine(MailEntity Row) : MailTurn;

    /// <summary>Yes, but an earlier delivery crashed or got no response, so it may already have sent the mail.</summary>
    public sealed record TakenOver(MailEntity Row) : MailTurn;
}
