using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;

namespace AccountFunctions.Lifecycle.Names;

/// <summary>
/// Releases the names that accounts no longer need: addresses that they gave up, recovery addresses that have ended, unlinked identities.
/// </summary>
public sealed class AddressReleases(AccountStore accounts, NameClaims names, TimeProvider time) : IJobHandler<AddressRelease>
{
    public async Task HandleAsync(AddressRelease job, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        await accounts.ChangeAsync<Success>(
            new AccountRequest(job.AccountId),
            partition =>
            {
                var account = partition.Account;
                if (account.RecoveryKey == job.AddressKey && account.RecoveryEnd <= now)
                {
                    account.ForgetRecovery();
                    partition.Save(account);
                }

                return Success.Done;
            },
            cancellationToken);
        await names.ReleaseAsync(job.AddressKey, job.AccountId, cancellationToken);
    }
}
