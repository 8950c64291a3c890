using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Changes;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Lifecycle.Sweepers;

/// <summary>
/// Removes obsolete rows from an address: registrations, codes, marks of sent mails, and a guard that no longer guards anything.
/// </summary>
public sealed class AddressSweeper(
    AddressStore addresses, AccountStore accounts, AccountSweeper accountSweeper, TimeProvider time)
    : IJobHandler<AddressSweep>
{
    // Leaves room for the guard.
    private const int MostAtOnce = Partition.MaxRows - 1;

    public async Task HandleAsync(AddressSweep job, CancellationToken cancellationToken)
    {
        ClaimEntity? claim = null;
        for (var isDone = false; !isDone;)
        {
            var now = time.GetUtcNow();
            await addresses.ChangeAsync<Success>(
                new AddressRequest(job.AddressKey),
                partition =>
                {
                    isDone = Remove(partition, job, now);
                    claim = partition.Claim;
                    return Success.Done;
                },
                cancellationToken);
        }

        if (job.RegistrationId is not { } registration)
        {
            return;
        }

        if (claim?.AccountId == registration)
        {
            await accountSweeper.HandleAsync(new AccountSweep(job.AddressKey, job.Due), cancellationToken);
        }
        else if (await accounts.FindAsync(registration, cancellationToken) is { } account
            && account.AddressKey == job.AddressKey
            && (await addresses.LoadAsync(job.AddressKey, cancellationToken)).Claim?.AccountId != registration)
        {
            // The account is left over from an interrupted or overtaken activation. The job is untrusted, so check the address first. Check
            // the claim again, because an account that moves to the address claims it first.
            await accounts.DeleteAsync(registration, cancellationToken);
        }
    }

    /// <returns>False if more rows are left than one transaction takes.</returns>
    private static bool Remove(AddressPartition partition, AddressSweep job, DateTimeOffset now)
    {
        foreach (var row in partition.Outlived(now).Take(MostAtOnce))
        {
            partition.Delete(row);
        }

        var isDone = partition.Changes < MostAtOnce;

        // While there are new failures, one job follows the address, and the guard names that job.
        if (partition.Guard is { HasFailures: true } guard && guard.SweepDue == job.Due && guard.FailuresEnd > now)
        {
            guard.SweepDue = guard.FailuresEnd;
            partition.Enqueue(new AddressSweep(partition.Key, guard.FailuresEnd));
            partition.Save(guard);
        }

        return isDone;
    }
}
