using AccountFunctions.Security;
using AccountFunctions.Storage;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Housekeeping;

/// <summary>
/// Removes ended sessions, void devices and old history from an account. While there are sessions, one job follows the account: the claim
/// on its address names it. The job ends with the last session, and the next sign-in starts another.
/// </summary>
public sealed class AccountSweeper(
    AddressStore addresses,
    AccountStore accounts,
    HousekeepingQueue queue,
    Lifetimes lifetimes,
    IOptions<TokenOptions> options,
    TimeProvider time) : IJobHandler<AccountSweep>
{
    public async Task HandleAsync(AccountSweep job, CancellationToken cancellationToken)
    {
        var partition = await addresses.LoadAsync(job.AddressKey, cancellationToken);
        if (partition.Claim is not { } claim || await accounts.FindAsync(claim.AccountId, cancellationToken) is not { } account)
        {
            return;
        }

        var now = time.GetUtcNow();
        var (sessions, devices) = await accounts.ListSignInsAsync(account.Id, cancellationToken);
        var ended = sessions
            .Where(session => session.Version != account.Version || session.EndsAt(options.Value.RefreshIdleLifetime) <= now)
            .ToList();
        var voided = devices.Where(device => !device.IsGoodFor(account, now));
        await accounts.DeleteAsync(account.Id, ended.Concat<TableRow>(voided), cancellationToken);
        await accounts.DeleteEventsAsync(account.Id, now - Retention.History, cancellationToken);

        if (ended.Count < sessions.Count && claim.SweepDue == job.Due)
        {
            var next = job with { Due = lifetimes.EndOfSessions(now) };
            await queue.EnqueueAsync(next, cancellationToken);
            claim.SweepDue = next.Due;
            partition.Save(claim);
            await addresses.TryCommitAsync(partition, cancellationToken);
        }
    }
}
