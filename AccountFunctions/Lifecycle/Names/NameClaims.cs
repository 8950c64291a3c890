using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Changes;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Lifecycle.Names;

/// <summary>
/// Decides which account has a name. A name, such as an address, belongs to the account in its claim, a row that is inserted only if
/// absent. The account's own rows say which names it needs, so a claim without a reason only blocks the name until it is released.
/// </summary>
/// <remarks>
/// An account takes another name in steps that can all be repeated: a row of the account plans it, the claim is inserted, the account gets
/// the name, and a job releases the name that the account gave up. If the process dies after any step, the plan remains, and the job that
/// was sent with the plan continues.
/// </remarks>
public sealed class NameClaims(AddressStore addresses, AccountStore accounts, TimeProvider time)
{
    // Leaves room for the claim.
    private const int MostAtOnce = Partition.MaxRows - 1;

    /// <summary>
    /// Carries out the account's plan: claims the name and gives it to the account, or cancels the plan if another account has the name.
    /// </summary>
    /// <param name="wants">Requests the rows that <paramref name="find"/> and the plan need.</param>
    /// <param name="find">The plan in progress; null if there is none, or no longer.</param>
    /// <param name="isDone">Where there is none: whether the account has the name already. Another request may have cancelled it.</param>
    /// <returns>The account, with its new name; a refusal if the account cannot have the name, or is gone.</returns>
    public async Task<Result<AccountEntity>> FinishAsync(
        AccountRequest wants,
        Func<AccountPartition, NamePlan?> find,
        Predicate<AccountPartition> isDone,
        Problem otherwise,
        CancellationToken cancellationToken)
    {
        var request = wants with { Otherwise = otherwise };
        var read = await accounts.ChangeAsync<AccountPartition>(request, partition => partition, cancellationToken);
        if (read.IsRefused || find(read.Reply) is not { } plan)
        {
            return read.IsRefused ? read.Problem : isDone(read.Reply) ? read.Reply.Account : otherwise;
        }

        var isClaimed = await ClaimAsync(plan, read.Reply.Account, cancellationToken);
        var finished = await accounts.ChangeAsync<AccountEntity>(
            request,
            partition =>
            {
                // In the meantime, a reset may have cancelled the plan, or another request may have finished it.
                if (find(partition)?.Id != plan.Id)
                {
                    return plan.IsDone(partition) ? partition.Account : otherwise;
                }

                if (isClaimed && plan.TryApply(partition))
                {
                    return partition.Account;
                }

                plan.Cancel(partition);
                return otherwise;
            },
            cancellationToken);
        if (finished.IsRefused && isClaimed)
        {
            await ReleaseAsync(plan.Name, wants.AccountId, cancellationToken);
        }

        return finished;
    }

    /// <summary>Releases a name unless its account needs it.</summary>
    public Task ReleaseAsync(string name, string accountId, CancellationToken cancellationToken) => addresses.ChangeAsync<Success>(
        new AddressRequest(name),
        async partition =>
        {
            if (partition.Claim is not { } claim || claim.AccountId != accountId)
            {
                return Success.Done;
            }

            // Read the account after the claim. An account that takes the name writes its plan before the claim, so either this read sees
            // the plan, or this commit loses.
            var names = await accounts.ListNamesAsync(accountId, cancellationToken);
            if (!names.Contains(name))
            {
                partition.Release(claim, time.GetUtcNow());
            }

            return Success.Done;
        },
        cancellationToken);

    /// <summary>Releases a name even if the account needs it, and removes everything stored there.</summary>
    public async Task PurgeAsync(string name, string accountId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        for (var isLast = false; !isLast;)
        {
            await addresses.ChangeAsync<Success>(
                new AddressRequest(name),
                partition =>
                {
                    isLast = true;
                    if (partition.Claim is { } claim && claim.AccountId == accountId)
                    {
                        // A waiting registration may be another person's. Its code is mailed once the name is free.
                        var rows = partition.OtherRows.Where(row => row is not PendingEntity waiting || waiting.Expires <= now)
                            .Take(MostAtOnce).ToList();
                        rows.ForEach(partition.Delete);
                        isLast = rows.Count < MostAtOnce;
                        if (isLast)
                        {
                            partition.Delete(claim);
                        }
                    }

                    return Success.Done;
                },
                cancellationToken);
        }
    }

    /// <returns>False if the name belongs to another account, or if the account is left over.</returns>
    private async Task<bool> ClaimAsync(NamePlan plan, AccountEntity account, CancellationToken cancellationToken)
    {
        var former = (await addresses.LoadAsync(account.AddressKey, cancellationToken)).Claim;
        if (plan.NeedsReachable && former?.AccountId != account.Id)
        {
            return false;
        }

        var claimed = await addresses.ChangeAsync<Success>(
            new AddressRequest(plan.Name),
            partition =>
            {
                if (partition.Claim is { } other && other.AccountId != account.Id)
                {
                    return Problem.UsernameTaken;
                }

                var claim = partition.Claim ?? new ClaimEntity(partition.Key, account.Id);
                var sweepDue = claim.SweepDue;
                plan.Prepare(claim, former);
                if (claim.SweepDue != sweepDue)
                {
                    partition.Enqueue(new AccountSweep(partition.Key, claim.SweepDue));
                }

                partition.Take(claim);
                partition.VoidCodes(time.GetUtcNow());
                return Success.Done;
            },
            cancellationToken);
        return !claimed.IsRefused;
    }
}
