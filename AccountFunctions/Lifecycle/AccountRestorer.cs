using AccountFunctions.Contract.Values;
using AccountFunctions.Lifecycle.Names;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Changes;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;
using Azure.Data.Tables;

namespace AccountFunctions.Lifecycle;

/// <summary>
/// Brings an account back from a backup. The way in that it had works again, but nothing that was open: no session, code, known client or
/// recovery address. A repeated call finishes what an interrupted one has begun.
/// </summary>
public sealed class AccountRestorer(
    AddressStore addresses, AccountStore accounts, IdentityLinks links, PurgeLog purges, Lifetimes lifetimes, TimeProvider time)
{
    // More than an account can have been raised by since the backup: tokens of then stay void.
    private const int VersionStep = 1_000_000;
    private static readonly Actor Restorer = new(Client: "restore", By: "operator");

    public async Task<RestoreResult> HandleAsync(BackedUpAccount backup, RestoreOptions options, CancellationToken cancellationToken)
    {
        var (account, id) = (backup.Account, backup.Account.Id);
        account.Version += VersionStep;
        var live = await accounts.FindAsync(id, cancellationToken);
        if (live is not null && live.Version != account.Version)
        {
            return RestoreResult.Kept("the account is there");
        }

        if (await purges.HasAsync(id, cancellationToken))
        {
            if (!options.RevivesDeleted)
            {
                return RestoreResult.Kept("the account was deleted");
            }

            await (options.IsDry ? Task.CompletedTask : purges.RemoveAsync(id, cancellationToken));
        }

        Prepare(account, options);
        var owner = options.IsDry
            ? await addresses.FindOwnerAsync(account.AddressKey, cancellationToken)
            : await TakeAsync(backup, options, cancellationToken);
        if (owner is not null && owner != id)
        {
            return RestoreResult.Kept("another account has its address by now");
        }

        return options.IsDry ? new RestoreResult(IsRestored: true, []) : await FinishAsync(backup, cancellationToken);
    }

    private static void Prepare(AccountEntity account, RestoreOptions options)
    {
        account.ForgetRecovery();
        (account.PasswordChangedBy, account.SecondFactorRemovedBy, account.DeletionRequestedBy) = (null, null, null);
        account.PurgeBegan = null;
        if (options.RevivesDeleted)
        {
            account.DeletesAt = null;
        }
    }

    /// <returns>The account of the address.</returns>
    private async Task<string> TakeAsync(BackedUpAccount backup, RestoreOptions options, CancellationToken cancellationToken)
    {
        var (account, now) = (backup.Account, time.GetUtcNow());
        var taken = await addresses.ChangeAsync<ClaimEntity>(
            new AddressRequest(account.AddressKey),
            partition =>
            {
                if (partition.Claim is { } owned)
                {
                    return owned;
                }

                foreach (var identity in backup.Identities)
                {
                    // Somebody else may have the identity by now: the row is a plan, as for a new link.
                    (identity.PlanId, identity.IsSilent, identity.SessionId) = (Ids.New(now), true, null);
                    partition.Enqueue(IdentityLinks.Follow(account.Id, identity.Provider, now));
                }

                var act = options.IsSilent ? Act.RestoredFromBackup.InSilence() : Act.RestoredFromBackup;
                var claim = partition.CreateOwner(
                    account, act, Restorer, now, lifetimes.EndOfMail(now), [.. backup.OtherRows]);
                if (account.DeletesAt is { } due)
                {
                    partition.Enqueue(new AccountPurge(account.Id, due + Retention.Request));
                }

                return claim;
            },
            cancellationToken);
        return taken.Reply!.AccountId;
    }

    private async Task<RestoreResult> FinishAsync(BackedUpAccount backup, CancellationToken cancellationToken)
    {
        var (id, notes) = (backup.Account.Id, new List<string>());
        await accounts.AddEventsAsync(id, backup.History, cancellationToken);
        foreach (var identity in backup.Identities)
        {
            if ((await links.FinishAsync(id, identity.Provider, identity.Name, cancellationToken)).IsRefused)
            {
                notes.Add($"the identity at {identity.Provider} stays away: another account has it by now");
            }
        }

        return new RestoreResult(IsRestored: true, notes);
    }
}

/// <summary>An account as a backup holds it.</summary>
/// <param name="Factors">Its authenticator app and passkeys.</param>
public sealed record BackedUpAccount(
    AccountEntity Account,
    IReadOnlyList<TableRow> Factors,
    IReadOnlyList<IdentityEntity> Identities,
    IReadOnlyList<EventEntity> History)
{
    internal IEnumerable<TableRow> OtherRows => Factors.Concat(Identities);

    /// <summary>Null without the account's own row.</summary>
    /// <param name="rows">What a backup holds of one account.</param>
    public static BackedUpAccount? Of(IReadOnlyCollection<TableEntity> rows)
    {
        IEnumerable<TableEntity> With(string prefix) => rows
            .Where(row => row.RowKey.StartsWith(prefix, StringComparison.Ordinal))
            .OrderBy(row => row.RowKey, StringComparer.Ordinal);
        return rows.FirstOrDefault(row => row.RowKey == AccountEntity.RowName) is { } account
            ? new BackedUpAccount(
                new AccountEntity(account),
                [.. With(TotpEntity.RowName).Concat(With(PasskeyEntity.RowPrefix)).Select(row => new TableRow(row))],
                [.. With(IdentityEntity.RowPrefix).Select(row => new IdentityEntity(row))],
                [.. With(EventEntity.RowPrefix).Select(row => new EventEntity(row))])
            : null;
    }
}

/// <param name="RevivesDeleted">Brings back an account that was deleted, and cancels a deletion that was planned.</param>
/// <param name="IsSilent">Mails nothing to the owner.</param>
/// <param name="IsDry">Changes nothing.</param>
public sealed record RestoreOptions(bool RevivesDeleted = false, bool IsSilent = false, bool IsDry = false);

/// <param name="Notes">What stays away, or why the account does.</param>
public sealed record RestoreResult(bool IsRestored, IReadOnlyList<string> Notes)
{
    internal static RestoreResult Kept(string reason) => new(IsRestored: false, [reason]);
}
