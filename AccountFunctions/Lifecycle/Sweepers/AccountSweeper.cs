using AccountFunctions.Contract.Answers;
using AccountFunctions.Security;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Changes;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Lifecycle.Sweepers;

/// <summary>
/// Removes ended sessions, void devices and old history from an account. While there are sessions, one job follows the account, and the
/// claim on the address names that job. The job ends with the last session, and the next sign-in starts another.
/// </summary>
public sealed class AccountSweeper(
    AddressStore addresses,
    AccountStore accounts,
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
        var (sessions, devices, _) = await accounts.ListSignInsAsync(account.Id, cancellationToken);
        var ended = sessions
            .Where(session => session.Version != account.Version || session.EndsAt(options.Value.RefreshIdleLifetime) <= now)
            .ToList();
        var voided = devices.Where(device => !device.IsGoodFor(account, now));
        await accounts.DeleteAsync(account.Id, ended.Concat<TableRow>(voided), cancellationToken);
        await accounts.DeleteEventsAsync(account.Id, now - Retention.History, cancellationToken);

        if (ended.Count == sessions.Count)
        {
            return;
        }

        await addresses.ChangeAsync<Success>(
            AddressRequest.Of(partition),
            current =>
            {
                if (current.Claim is { } followed && followed.SweepDue == job.Due)
                {
                    followed.SweepDue = lifetimes.EndOfSessions(now);
                    current.Enqueue(job with { Due = followed.SweepDue });
                    current.Save(followed);
                }

                return Success.Done;
            },
            cancellationToken);
    }
}
