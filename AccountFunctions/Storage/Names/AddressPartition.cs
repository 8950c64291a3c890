using AccountFunctions.Contract.Values;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Names;

/// <summary>All rows of one address, read together.</summary>
public sealed class AddressPartition : Partition
{
    public AddressPartition(string key, IEnumerable<TableEntity> rows)
        : base(key)
    {
        var pendings = new List<PendingEntity>();
        var mails = new List<MailEntity>();
        foreach (var row in rows)
        {
            switch (row.RowKey)
            {
                case ClaimEntity.RowName:
                    Claim = new(row);
                    break;
                case ResetCodeEntity.RowName:
                    ResetCode = new(row);
                    break;
                case GuardEntity.RowName:
                    Guard = new(row);
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
        Guard ??= new(key);
    }

    public ClaimEntity? Claim { get; }

    /// <summary>Oldest first.</summary>
    public IReadOnlyList<PendingEntity> Pendings { get; }

    public ResetCodeEntity? ResetCode { get; }

    public GuardEntity Guard { get; }

    public IReadOnlyList<MailEntity> Mails { get; }

    /// <summary>The salt of every credential at this address; null if there is none yet.</summary>
    public Salt? Salt => Claim?.Salt ?? (Pendings is [.., var last] ? last.Credential.Salt : null);

    /// <summary>The account that the change makes reachable; null: none.</summary>
    internal (AccountEntity Account, EventEntity Why)? Created { get; private set; }

    /// <summary>
    /// Inserts an account before the commit; a claim in the same change leads to it. If the commit never happens, the account stays
    /// unreachable, and the sweep of its registration removes it.
    /// </summary>
    public void Create(AccountEntity account, Act act, Actor actor) =>
        Created = (account, new EventEntity(account.Id, act, actor, account.Created));

    /// <summary>A new reset code that keeps nothing of the one that it replaces.</summary>
    public ResetCodeEntity NewResetCode()
    {
        var code = new ResetCodeEntity(Key);
        code.Replace(ResetCode);
        return code;
    }

    /// <summary>Every row but the claim.</summary>
    public IEnumerable<TableRow> OtherRows =>
    [
        .. Pendings,
        .. Mails,
        .. ResetCode is null ? Array.Empty<TableRow>() : [ResetCode],
        .. Guard.ETag == default ? [] : new[] { Guard },
    ];

    /// <summary>The obsolete rows.</summary>
    public IEnumerable<TableRow> Outlived(DateTimeOffset now)
    {
        var mailed = Guard.MailTimes is [.., var last] && last > (now - Retention.Mails).ToUnixTimeSeconds();
        var failed = Guard.HasFailures && Guard.FailuresEnd > now;
        return
        [
            .. Pendings.Where(row => row.Expires <= now),
            .. Mails.Where(row => row.Expires <= now),
            .. ResetCode?.Expires <= now ? [ResetCode] : Array.Empty<TableRow>(),
            .. Guard.ETag == default || mailed || failed ? [] : new[] { Guard },
        ];
    }
}
