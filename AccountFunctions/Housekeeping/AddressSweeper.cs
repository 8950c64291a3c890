using AccountFunctions.Accounts;
using AccountFunctions.Storage;

namespace AccountFunctions.Housekeeping;

/// <summary>Removes from an address what has outlived its use: registrations, codes, marks of sent mails, and the guard once it guards nothing.</summary>
public sealed class AddressSweeper(AddressStore addresses, AccountStore accounts, OptimisticRetry retry, AccountSweeper accountSweeper, HousekeepingSchedule schedule, TimeProvider time)
{
    // Leaves room for the guard.
    private const int MostAtOnce = PartitionBatch.MaxRows - 1;

    public async Task SweepAsync(AddressSweep job, CancellationToken cancellationToken)
    {
        var claim = await retry.RunAsync<(bool, ClaimEntity? Claim)>(
            job.AddressKey,
            async () =>
            {
                var partition = await addresses.LoadAsync(job.AddressKey, cancellationToken);
                var batch = await DecideAsync(partition, job, cancellationToken);
                var committed = batch.IsEmpty || await addresses.TryCommitAsync(batch, cancellationToken);
                return committed && batch.Count < MostAtOnce ? (true, partition.Claim) : null;
            },
            cancellationToken);

        if (job.RegistrationId is not { } registration)
        {
            return;
        }

        if (claim.Claim?.AccountId == registration)
        {
            await accountSweeper.SweepAsync(new AccountSweep(job.AddressKey, job.Due), cancellationToken);
        }
        else if (await accounts.FindAsync(registration, cancellationToken) is { } account && EmailAddress.KeyOf(account.Username) == job.AddressKey)
        {
            // Of an activation that was cut off and never repeated. That it was one at this address, the job alone does not prove.
            await accounts.DeleteAsync(registration, cancellationToken);
        }
    }

    private async Task<PartitionBatch> DecideAsync(AddressPartition partition, AddressSweep job, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var batch = new PartitionBatch(partition.Key);
        foreach (var row in partition.Outlived(now).Take(MostAtOnce))
        {
            batch.Delete(row);
        }

        // One job follows the failures of an address for as long as there are new ones: the one that the row names.
        if (partition.Guard is { HasFailures: true } guard && guard.SweepDue == job.Due && guard.FailuresEnd > now)
        {
            guard.SweepDue = guard.FailuresEnd;
            await schedule.EnqueueAsync(new AddressSweep(partition.Key, guard.FailuresEnd), cancellationToken);
            batch.Save(guard);
        }

        return batch;
    }
}
