using AccountFunctions.Security;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Housekeeping;

/// <summary>
/// Moves an account to the address whose code its owner has redeemed: claims the new address, moves the account, and leaves the old one to
/// <see cref="AddressReleaser"/>. Every step can be repeated; a job repeats them where a process died. The account's row alone decides
/// which addresses are its own, so a claim without it is only in the way until it is released.
/// </summary>
public sealed partial class AddressMover(
    AddressStore addresses,
    AccountStore accounts,
    AddressReleaser releaser,
    HousekeepingQueue queue,
    Lifetimes lifetimes,
    TimeProvider time,
    ILogger<AddressMover> logger) : IJobHandler<AddressMove>
{
    // With the claim, the guard and the code fewer than a transaction takes.
    private const int MaxPendings = 90;

    /// <summary>Has a job remove a code once it is over. Call it before the code is committed.</summary>
    public Task FollowCodeAsync(string accountId, DateTimeOffset issued, CancellationToken cancellationToken) =>
        queue.EnqueueAsync(new AddressMove(accountId, lifetimes.EndOfMail(issued)), cancellationToken);

    /// <summary>Has a job finish a move that the request may not. Call it before the redemption is committed.</summary>
    public Task FollowMoveAsync(string accountId, DateTimeOffset redeemed, CancellationToken cancellationToken) =>
        queue.EnqueueAsync(new AddressMove(accountId, redeemed + Retention.Request), cancellationToken);

    /// <summary>Finishes the change of address that is under way, if there is one.</summary>
    /// <returns>The account, at its new address; null if it is gone, or somebody else has the address.</returns>
    public async Task<AccountEntity?> FinishAsync(string accountId, CancellationToken cancellationToken)
    {
        var loaded = await accounts.LoadAsync(accountId, cancellationToken);
        if (loaded.Account is not { } account || loaded.EmailChange is not { } change || !change.IsUnderWay(account))
        {
            return loaded.Account;
        }

        var claimed = await ClaimAsync(account, change, cancellationToken);
        var moved = await accounts.ChangeAsync(
            accountId,
            null,
            async partition =>
            {
                // A reset may have cancelled the change meanwhile, or another request finished it.
                if (partition.Account is not { } current
                    || partition.EmailChange is not { } plan
                    || plan.Nonce != change.Nonce
                    || !plan.IsUnderWay(current))
                {
                    return partition.Account;
                }

                if (!claimed)
                {
                    partition.Delete(plan);
                    return null;
                }

                var former = current.Mailbox;
                await MoveAsync(current, plan, cancellationToken);
                partition.Save(current);
                partition.Insert(
                    new EventEntity(accountId, EventKind.EmailChanged, plan.Redeemed, plan.SessionId, plan.Client) { Mailbox = former });
                return current;
            },
            cancellationToken);
        if (moved?.Username == change.Username)
        {
            LogMoved(accountId);
        }
        else if (claimed)
        {
            await releaser.HandleAsync(new AddressRelease(accountId, change.AddressKey, time.GetUtcNow()), cancellationToken);
        }

        return moved?.Username == change.Username ? moved : null;
    }

    /// <summary>Does the job that follows a change of address.</summary>
    public async Task HandleAsync(AddressMove job, CancellationToken cancellationToken)
    {
        await FinishAsync(job.AccountId, cancellationToken);
        var now = time.GetUtcNow();
        await accounts.ChangeAsync(
            job.AccountId,
            null,
            partition =>
            {
                if (partition.EmailChange is { } over && lifetimes.EndOfMail(over.Issued) <= now)
                {
                    partition.Delete(over);
                }

                return true;
            },
            cancellationToken);
    }

    /// <returns>False if the address is another account's.</returns>
    private async Task<bool> ClaimAsync(AccountEntity account, EmailChangeEntity change, CancellationToken cancellationToken)
    {
        var former = (await addresses.LoadAsync(account.AddressKey, cancellationToken)).Claim;
        return await addresses.ChangeAsync(
            change.AddressKey,
            async partition =>
            {
                if (partition.Claim is { } other && other.AccountId != account.Id)
                {
                    return false;
                }

                var claim = partition.Claim ?? new ClaimEntity(partition.Key, account.Id);
                (claim.Salt, claim.Clients) = (former?.Salt, former?.Clients ?? []);
                if (former?.SweepDue is { } due && due > time.GetUtcNow())
                {
                    claim.SweepDue = due;
                    await queue.EnqueueAsync(new AccountSweep(partition.Key, due), cancellationToken);
                }

                // Saved even where it is the account's own already, so that a release at this moment loses; and the guard with it, so that
                // a registration does.
                partition.Save(claim);
                partition.Save(partition.Guard);
                foreach (var pending in partition.Pendings.TakeLast(MaxPendings))
                {
                    partition.Delete(pending);
                }

                if (partition.ResetCode is { } code)
                {
                    partition.Delete(code);
                }

                return true;
            },
            cancellationToken);
    }

    private Task MoveAsync(AccountEntity account, EmailChangeEntity change, CancellationToken cancellationToken)
    {
        var former = account.AddressKey;
        var free = account.MoveTo(change) ? time.GetUtcNow() + Retention.Request : account.RecoveryUntil;
        return releaser.LeaveAsync(account.Id, former, change.Redeemed, free, cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} has a new address.")]
    private partial void LogMoved(string accountId);
}
