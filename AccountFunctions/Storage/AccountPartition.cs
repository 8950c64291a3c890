namespace AccountFunctions.Storage;

/// <summary>
/// An account, with one of its sessions and the change of its address if they were asked for, as they were read together.
/// </summary>
public sealed class AccountPartition(
    string accountId, AccountEntity? account, SessionEntity? session = null, EmailChangeEntity? emailChange = null) : Partition(accountId)
{
    public AccountEntity? Account { get; } = account;

    public SessionEntity? Session { get; } = session;

    public EmailChangeEntity? EmailChange { get; } = emailChange;

    /// <summary>A change of address without anything of the one that it replaces.</summary>
    public EmailChangeEntity NewEmailChange()
    {
        var change = new EmailChangeEntity(Key);
        change.Replace(EmailChange);
        return change;
    }
}
