using AccountFunctions.Contract.Values;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Changes;
using AccountFunctions.Storage.Jobs;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Names;

/// <summary>All rows of one address, read together.</summary>
public sealed class AddressPartition : Partition
{
    private const int MaxPendings = 70;

    public AddressPartition(string key, IEnumerable<TableEntity> rows)
        : base(key)
    {
        var pendings = new List<PendingEntity>();
        var codes = new List<MailedCodeEntity>();
        var mails = new List<MailEntity>();
        foreach (var row in rows)
        {
            switch (row.RowKey)
            {
                case ClaimEntity.RowName:
                    Claim = new(row);
                    break;
                case GuardEntity.RowName:
                    Guard = new(row);
                    break;
                case var code when MailedCodeEntity.Is(code):
                    codes.Add(new(row));
                    break;
                case var pending when pending.StartsWith(PendingEntity.RowPrefix, StringComparison.Ordinal):
                    pendings.Add(new(row));
                    break;
                case var mail when mail.StartsWith(MailEntity.RowPrefix, StringComparison.Ordinal):
                    mails.Add(new(row));
                    break;
            }
        }

        // Registration ids are UUIDv7, so row keys sort by time.
        Pendings = pendings;
        Mails = mails;
        Codes = codes;
        Guard ??= new(key);
    }

    public ClaimEntity? Claim { get; }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<PendingEntity> Pendings { get; }

    /// <summary>
    /// The newest of <see cref="Pendings"/>: more than the daily cap on mails allows at an address, and few enough for one transaction
    /// together with the claim, the guard and the codes.
    /// </summary>
    public IReadOnlyList<PendingEntity> NewestPendings => [.. Pendings.TakeLast(MaxPendings)];

    /// <summary>Of each use, the one that any client may have requested, and one for each device that has requested a code.</summary>
    public IReadOnlyList<MailedCodeEntity> Codes { get; }

    public GuardEntity Guard { get; }

    public IReadOnlyList<MailEntity> Mails { get; }

    /// <summary>Null if the app has sent no such mail, or has forgotten it.</summary>
    public MailEntity? FindMail(Guid operationId) => Mails.FirstOrDefault(row => row.RowKey == MailEntity.KeyOf(operationId));

    /// <summary>
    /// The account of the address. Without a claim, an id that no account has, so that the lookup costs the same.
    /// </summary>
    public string AccountId => Claim?.AccountId ?? Key[..32];

    /// <summary>The salt of every credential at this address; null if there is none yet.</summary>
    public Salt? Salt => Claim?.Salt ?? (Pendings is [.., var last] ? last.Credential.Salt : null);

    /// <summary>The account that the change makes reachable; null: none.</summary>
    internal NewAccount? Created { get; private set; }

    /// <summary>
    /// Inserts an account before the commit; a claim in the same change leads to it. If the commit never happens, the account stays
    /// unreachable, and the sweep of its registration removes it.
    /// </summary>
    /// <param name="rows">What its owner begins with besides a password.</param>
    public void Create(AccountEntity account, Act act, Actor actor, DateTimeOffset now, params IReadOnlyList<TableRow> rows)
    {
        Created = new NewAccount(account, [account, new EventEntity(account.Id, act, actor, now), .. rows]);
        if (act.Feed is not null)
        {
            Enqueue(AccountNews.Of(account.Id, act.Word, now));
        }

        if (act.Notice is not null)
        {
            Enqueue(new EmailJob(act.Word, Key, account.Id, now));
        }
    }

    /// <summary>
    /// Gives the address to the account of the claim, and ends the registrations there. Saves the claim even if it is already the account's
    /// own, so that a concurrent release loses the race, and the guard, so that a concurrent registration, which saves it too, loses.
    /// </summary>
    public void Take(ClaimEntity claim)
    {
        Save(claim);
        Save(Guard);
        foreach (var pending in NewestPendings)
        {
            Delete(pending);
        }
    }

    /// <summary>
    /// Like <see cref="Take"/>, for an account that no registration began: sends the first job that follows it. The job removes the account
    /// if another request was faster, or this one ends before its commit.
    /// </summary>
    public void TakeForNew(ClaimEntity claim)
    {
        Take(claim);
        Enqueue(new AddressSweep(Key, claim.SweepDue, claim.AccountId));
    }

    /// <summary>Makes the account of an address that has none, and voids the codes and registrations there.</summary>
    /// <param name="sweepDue">When the sweep follows.</param>
    /// <inheritdoc cref="Create"/>
    public ClaimEntity CreateOwner(
        AccountEntity account, Act act, Actor actor, DateTimeOffset now, DateTimeOffset sweepDue, IReadOnlyList<TableRow> rows)
    {
        Create(account, act, actor, now, rows);
        VoidCodes(now);
        var claim = new ClaimEntity(Key, account.Id) { Salt = account.Credential?.Salt, SweepDue = sweepDue };
        TakeForNew(claim);
        return claim;
    }

    /// <summary>Gives up the claim, with a guard that guards nothing: no sweep follows a name that is no address.</summary>
    public void Release(ClaimEntity claim, DateTimeOffset now)
    {
        Delete(claim);
        VoidCodes(now);
        foreach (var guard in Outlived(now).OfType<GuardEntity>())
        {
            Delete(guard);
        }
    }

    /// <summary>A new code that keeps of the one that it replaces only the count of mails, which is one for all uses.</summary>
    /// <param name="device">The device of the client that requested the code; null: it has none.</param>
    public MailedCodeEntity NewCode(CodeUse use, DeviceEntity? device = null)
    {
        var code = new MailedCodeEntity(Key, use, device);
        code.Replace(FindCode(use, device));
        code.MailTimes =
        [
            .. Codes.Where(row => device is not null && row.DeviceHash == device.Hash).SelectMany(row => row.MailTimes).Distinct().Order(),
        ];
        return code;
    }

    /// <inheritdoc cref="NewCode"/>
    public MailedCodeEntity? FindCode(CodeUse use, DeviceEntity? device = null)
    {
        var key = new MailedCodeEntity(Key, use, device).RowKey;
        return Codes.FirstOrDefault(row => row.RowKey == key);
    }

    /// <summary>
    /// The codes that a try is for: the one that the client's device requested, and the shared one, because the user may type the code of
    /// another mail.
    /// </summary>
    public IReadOnlyList<MailedCodeEntity> CodesToTry(CodeUse use, DeviceEntity? device, DateTimeOffset now)
    {
        var own = device is null ? null : FindCode(use, device);
        return [.. new[] { own, FindCode(use) }.OfType<MailedCodeEntity>().Where(row => row.TakesTries(now))];
    }

    /// <summary>Counts a wrong code at each row that it was tried at. Without any, the commit does the same work.</summary>
    public void CountTry(IReadOnlyCollection<CodeRow> tried)
    {
        foreach (var row in tried)
        {
            row.TriesLeft--;
            Save(row);
        }

        if (tried.Count == 0)
        {
            PretendChange();
        }
    }

    /// <summary>Voids every open code, or those of one use. Those of devices stay, because they count mails.</summary>
    public void VoidCodes(DateTimeOffset now, CodeUse? use = null)
    {
        foreach (var code in Codes.Where(code => use is null || code.Use == use))
        {
            if (code.IsOfDevice)
            {
                code.Void(now);
                Save(code);
            }
            else
            {
                Delete(code);
            }
        }
    }

    /// <summary>Every row but the claim.</summary>
    public IEnumerable<TableRow> OtherRows =>
    [
        .. Pendings,
        .. Mails,
        .. Codes,
        .. Guard.ETag == default ? [] : new[] { Guard },
    ];

    /// <summary>The obsolete rows.</summary>
    public IEnumerable<TableRow> Outlived(DateTimeOffset now)
    {
        var guards = (Guard.HasFailures && Guard.FailuresEnd > now) || (Guard.Bounces > 0 && Guard.BouncesEnd > now);
        return
        [
            .. Pendings.Where(row => row.Expires <= now),
            .. Mails.Where(row => row.Expires <= now),
            .. Codes.Where(row => row.Expires <= now && !HasMailed(row)),
            .. Guard.ETag == default || HasMailed(Guard) || guards ? [] : new[] { Guard },
        ];

        bool HasMailed(IMailCounter counter) =>
            counter.MailTimes is [.., var last] && last > (now - Retention.Mails).ToUnixTimeSeconds();
    }
}
