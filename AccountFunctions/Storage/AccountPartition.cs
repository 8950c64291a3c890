namespace AccountFunctions.Storage;

/// <summary>An account, and one of its sessions if one was asked for, as they were read together.</summary>
public sealed class AccountPartition(string accountId, AccountEntity? account, SessionEntity? session) : Partition(accountId)
{
    public AccountEntity? Account { get; } = account;

    public SessionEntity? Session { get; } = session;
}
