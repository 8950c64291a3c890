namespace AccountFunctions.Storage.Names;

/// <summary>A row that counts mails.</summary>
public interface IMailCounter
{
    /// <summary>When mails were requested, in seconds since 1970, oldest first.</summary>
    IReadOnlyList<long> MailTimes { get; set; }
}
