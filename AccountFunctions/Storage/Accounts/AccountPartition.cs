using AccountFunctions.Storage.Changes;
using AccountFunctions.Storage.Jobs;

namespace AccountFunctions.Storage.Accounts;

/// <summary>The rows of an account that an <see cref="AccountRequest"/> wants, as they were read together. Any other throws.</summary>
public sealed class AccountPartition(
    AccountRequest request,
    AccountEntity? account,
    SessionEntity? session,
    EmailChangeEntity? emailChange,
    DeviceEntity? device,
    SignIns? signIns) : Partition(request.AccountId)
{
    internal bool HasAccount => account is not null;

    /// <exception cref="InvalidOperationException">There is none, or the request did not want it.</exception>
    public AccountEntity Account =>
        account ?? throw new InvalidOperationException(request.WithAccount ? "There is no such account." : Unwanted("account"));

    /// <summary>Null if there is no such session.</summary>
    public SessionEntity? Session => request.SessionId is null ? throw new InvalidOperationException(Unwanted("session")) : session;

    /// <summary>Null if no change is open or under way.</summary>
    public EmailChangeEntity? EmailChange =>
        request.WithEmailChange ? emailChange : throw new InvalidOperationException(Unwanted("change of address"));

    /// <summary>Null if it is no longer there.</summary>
    public DeviceEntity? Device => request.Device is null ? throw new InvalidOperationException(Unwanted("device")) : device;

    public SignIns SignIns => signIns ?? throw new InvalidOperationException(Unwanted("sessions and devices"));

    /// <summary>A change of address without anything of the one that it replaces.</summary>
    public EmailChangeEntity NewEmailChange()
    {
        var change = new EmailChangeEntity(Key);
        change.Replace(EmailChange);
        return change;
    }

    /// <summary>Writes the history, and has the owner told where the act has a notice.</summary>
    /// <param name="time">Of the act. One call keeps it however often the race is lost: the notice finds its event by it.</param>
    public void Record(Act act, Actor actor, DateTimeOffset time) => Record(act, actor, time, [Account.AddressKey]);

    /// <inheritdoc cref="Record(Act, Actor, DateTimeOffset)"/>
    /// <param name="addressKeys">Where the notice goes: to addresses of the account.</param>
    public void Record(Act act, Actor actor, DateTimeOffset time, IEnumerable<string> addressKeys) =>
        Record(act, new EventEntity(Key, act, actor, time), addressKeys);

    /// <summary>Like <see cref="Record(Act, Actor, DateTimeOffset)"/>, with a notice to an address that the account gives up.</summary>
    public void RecordLeaving(Act act, Actor actor, DateTimeOffset time, string addressKey, string mailbox) =>
        Record(act, new EventEntity(Key, act, actor, time) { Mailbox = mailbox }, [addressKey]);

    private void Record(Act act, EventEntity recorded, IEnumerable<string> addressKeys)
    {
        Insert(recorded);
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
