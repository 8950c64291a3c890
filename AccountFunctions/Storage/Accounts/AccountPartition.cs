using AccountFunctions.Storage.Changes;
using AccountFunctions.Storage.Jobs;

namespace AccountFunctions.Storage.Accounts;

/// <summary>The rows of an account that an <see cref="AccountRequest"/> asked for, read together. Access to any other row throws.</summary>
public sealed class AccountPartition(
    AccountRequest request,
    AccountEntity? account,
    SessionEntity? session,
    EmailChangeEntity? emailChange,
    DeviceEntity? device,
    PasskeyEntity? passkey,
    SignIns? signIns,
    WaysIn? waysIn) : Partition(request.AccountId)
{
    internal bool HasAccount => account is not null;

    /// <exception cref="InvalidOperationException">The account does not exist, or the request did not ask for it.</exception>
    public AccountEntity Account =>
        account ?? throw new InvalidOperationException(request.WithAccount ? "The account does not exist." : Unwanted("account"));

    /// <summary>Null if the session does not exist.</summary>
    public SessionEntity? Session => request.SessionId is null ? throw new InvalidOperationException(Unwanted("session")) : session;

    /// <summary>Null if no change is open or in progress.</summary>
    public EmailChangeEntity? EmailChange =>
        request.WithEmailChange ? emailChange : throw new InvalidOperationException(Unwanted("change of address"));

    /// <summary>Null if it no longer exists.</summary>
    public DeviceEntity? Device => request.Device is null ? throw new InvalidOperationException(Unwanted("device")) : device;

    /// <summary>Null if it does not exist.</summary>
    public PasskeyEntity? Passkey => request.PasskeyId is null ? throw new InvalidOperationException(Unwanted("passkey")) : passkey;

    public WaysIn WaysIn => waysIn ?? throw new InvalidOperationException(Unwanted("ways in"));

    public SignIns SignIns => signIns ?? throw new InvalidOperationException(Unwanted("sessions and devices"));

    /// <summary>A new change of address that keeps nothing of the one that it replaces.</summary>
    public EmailChangeEntity NewEmailChange()
    {
        var change = new EmailChangeEntity(Key);
        change.Replace(EmailChange);
        return change;
    }

    /// <summary>Plans the deletion of the account, ends every session, and tells the owner at each address.</summary>
    /// <param name="when">When to delete it; later while its former address can recover it.</param>
    /// <returns>The account's new <see cref="AccountEntity.DeletesAt"/>.</returns>
    public DateTimeOffset RequestDeletion(DateTimeOffset when, Actor actor, DateTimeOffset now)
    {
        var account = Account;
        var deletesAt = account.PlanDeletion(when);
        (account.DeletionRequested, account.DeletionRequestedBy) = (now, actor.SessionId);
        account.Version++;
        Save(account);
        var recoveryKey = now < account.RecoveryEnd ? account.RecoveryKey : null;
        Record(Act.DeletionRequested, actor, now, recoveryKey is null ? [account.AddressKey] : [account.AddressKey, recoveryKey]);

        // Even without a grace period, the job must run after this request has ended. Before that, it would find nothing to delete.
        Enqueue(new AccountPurge(account.Id, deletesAt + Retention.Request));
        return deletesAt;
    }

    /// <summary>Turns off the second factor. The caller saves the account.</summary>
    public void RemoveSecondFactor()
    {
        Account.SecondFactorSince = null;
        if (WaysIn.Totp is { } totp)
        {
            Delete(totp);
        }
    }

    /// <summary>Records an act in the history, and notifies the owner if the act has a notice.</summary>
    /// <param name="time">The time of the act. Keep it the same after a lost race, because the notice finds its event by it.</param>
    public void Record(Act act, Actor actor, DateTimeOffset time) => Record(act, actor, time, [Account.AddressKey]);

    /// <inheritdoc cref="Record(Act, Actor, DateTimeOffset)"/>
    /// <param name="detail">What the history says in addition.</param>
    public void Record(Act act, Actor actor, DateTimeOffset time, string detail) =>
        Record(act, new EventEntity(Key, act, actor, time) { Detail = detail }, [Account.AddressKey]);

    /// <inheritdoc cref="Record(Act, Actor, DateTimeOffset)"/>
    /// <param name="addressKeys">The addresses of the account that get the notice.</param>
    public void Record(Act act, Actor actor, DateTimeOffset time, IEnumerable<string> addressKeys) =>
        Record(act, new EventEntity(Key, act, actor, time), addressKeys);

    /// <summary>Like <see cref="Record(Act, Actor, DateTimeOffset)"/>, but notifies an address that the account gives up.</summary>
    public void RecordLeaving(Act act, Actor actor, DateTimeOffset time, string addressKey, string mailbox) =>
        Record(act, new EventEntity(Key, act, actor, time) { Mailbox = mailbox }, [addressKey]);

    private void Record(Act act, EventEntity recorded, IEnumerable<string> addressKeys)
    {
        Insert(recorded);
        if (act.Feed is not null)
        {
            Enqueue(AccountNews.Of(Key, act.Word, recorded.Time));
        }

        if (act.Notice is null)
        {
            return;
        }

        foreach (var addressKey in addressKeys)
        {
            Enqueue(new EmailJob(act.Word, addressKey, Key, recorded.Time));
        }
    }

    private string Unwanted(string row) => $"The change of account {Key} did not ask for the {row}.";
}
