using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Directory;
using AccountFunctions.Storage.Jobs;

namespace AccountFunctions.Lifecycle;

/// <summary>
/// Keeps the list of administrators, and the last of them. An administrator is listed at sign-in, and leaves the list before the change
/// that ends it: the list may lack an administrator for a while, but has nobody who is none.
/// </summary>
public sealed class Administrators(AdministratorList list, AccountStore accounts, JobSender sender, TimeProvider time)
    : IJobHandler<AdministratorCheck>
{
    /// <summary>Call it before a change after which the account is no administrator, or none who can sign in.</summary>
    /// <returns>False if it is the last one.</returns>
    public async Task<bool> TryEndAsync(AccountEntity account, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (!IsOne(account, now))
        {
            return true;
        }

        // Whatever becomes of the change, the job brings the list in step with it.
        var settled = now + Retention.Request;
        await sender.SendAsync(new AdministratorCheck(account.Id, settled), cancellationToken);
        return await list.TryLeaveAsync(account.Id, settled, cancellationToken);
    }

    public async Task HandleAsync(AdministratorCheck job, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(job.AccountId, cancellationToken);
        await (account is not null && IsOne(account, time.GetUtcNow())
            ? list.AddAsync(job.AccountId, cancellationToken)
            : list.RemoveAsync(job.AccountId, cancellationToken));
    }

    /// <summary>Whether the account is an administrator who can sign in.</summary>
    public static bool IsOne(AccountEntity account, DateTimeOffset now) =>
        account.Role is AccountEntity.AdminRole && account.StateAt(now) is AccountState.Active;
}
