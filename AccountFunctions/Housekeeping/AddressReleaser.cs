using AccountFunctions.Email;
using AccountFunctions.Storage;

namespace AccountFunctions.Housekeeping;

/// <summary>Frees the addresses that accounts no longer need: those that they gave up, and recovery addresses whose time is over.</summary>
public sealed class AddressReleaser(
    AddressStore addresses, AccountStore accounts, HousekeepingQueue queue, EmailOutbox outbox, TimeProvider time)
    : IJobHandler<AddressRelease>
{
    /// <summary>
    /// Frees an address a little later, unless the account needs it then. Call it before the change that gives the address up.
    /// </summary>
    public Task ReleaseLaterAsync(string accountId, string addressKey, DateTimeOffset when, CancellationToken cancellationToken) =>
        queue.EnqueueAsync(new AddressRelease(accountId, addressKey, when), cancellationToken);

    /// <summary>
    /// Gives an address up: a notice to it, and later its release. Call it before the change; <paramref name="when"/> is the time of the
    /// event that records it, with <see cref="EventEntity.Mailbox"/>.
    /// </summary>
    public async Task LeaveAsync(
        string accountId, string addressKey, DateTimeOffset when, DateTimeOffset free, CancellationToken cancellationToken)
    {
        await outbox.EnqueueAsync(new EmailJob(EmailKind.EmailChanged, addressKey, accountId, when), cancellationToken);
        await ReleaseLaterAsync(accountId, addressKey, free, cancellationToken);
    }

    /// <summary>Frees an address unless its account needs it.</summary>
    public async Task HandleAsync(AddressRelease job, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var isContested = (await addresses.LoadAsync(job.AddressKey, cancellationToken)).ResetCode is { IsRedeemed: false };
        await accounts.ChangeAsync(
            job.AccountId,
            null,
            async partition =>
            {
                if (partition.Account is { } account && account.RecoveryKey == job.AddressKey && account.RecoveryUntil <= now)
                {
                    if (isContested && account.TryProlongRecovery(now))
                    {
                        await ReleaseLaterAsync(account.Id, job.AddressKey, account.RecoveryUntil, cancellationToken);
                    }
                    else
                    {
                        account.ForgetRecovery();
                    }

                    partition.Save(account);
                }

                return true;
            },
            cancellationToken);
        await addresses.ChangeAsync(
            job.AddressKey,
            async partition =>
            {
                if (partition.Claim is not { } claim || claim.AccountId != job.AccountId)
                {
                    return false;
                }

                // The account after the claim: one that moves to the address writes its plan before the claim, so either the plan is seen
                // here, or this commit loses.
                var read = await accounts.LoadAsync(job.AccountId, cancellationToken);
                if (read.Account?.Needs(job.AddressKey, read.EmailChange) == true)
                {
                    return false;
                }

                partition.Delete(claim);
                if (partition.ResetCode is { } code)
                {
                    partition.Delete(code);
                }

                return true;
            },
            cancellationToken);
    }
}
