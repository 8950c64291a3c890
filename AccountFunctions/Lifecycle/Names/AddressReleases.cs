using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Lifecycle.Names;

/// <summary>Releases addresses that accounts no longer need: those they gave up, and recovery addresses whose time has passed.</summary>
public sealed class AddressReleases(AddressStore addresses, AccountStore accounts, NameClaims names, TimeProvider time)
    : IJobHandler<AddressRelease>
{
    public async Task HandleAsync(AddressRelease job, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var isContested = (await addresses.LoadAsync(job.AddressKey, cancellationToken)).ResetCode is { IsRedeemed: false };
        await accounts.ChangeAsync<Success>(
            new AccountRequest(job.AccountId),
            partition =>
            {
                if (partition.Account is { RecoveryEnd: { } end } account && account.RecoveryKey == job.AddressKey && end <= now)
                {
                    if (isContested && account.TryProlongRecovery(now))
                    {
                        partition.Enqueue(new AddressRelease(account.Id, job.AddressKey, account.RecoveryUntil));
                    }
                    else
                    {
                        account.ForgetRecovery();
                    }

                    partition.Save(account);
                }

                return Success.Done;
            },
            cancellationToken);
        await names.ReleaseAsync(job.AddressKey, job.AccountId, cancellationToken);
    }
}
