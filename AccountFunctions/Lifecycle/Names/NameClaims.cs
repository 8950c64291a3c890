using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Changes;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Lifecycle.Names;

/// <summary>
/// Who has a name. A name, such as an address, belongs to the account that its claim names, and a claim is a row that is inserted only if
/// absent. The account's own rows say which names it needs, so a claim without a reason is only in the way until it is released.
/// </summary>
/// <remarks>
/// An account takes another name in steps that can all be repeated: a row of the account plans it, the claim is taken, the account gets the
/// name, and a job releases what the account gave up. A process that dies after any step leaves the plan, and the job that was sent with
/// the plan goes on.
/// </remarks>
public sealed class NameClaims(AddressStore addresses, AccountStore accounts)
{
    // With the claim, the guard and the code fewer than a transaction takes.
    private const int MaxPendings = 90;

    // Leaves room for the claim.
    private const int MostAtOnce = Partition.MaxRows - 1;

    /// <summary>
    /// Does the account's plan: claims the name and gives it to the account, or cancels the plan where another account has the name.
    /// </summary>
    /// <param name="wants">Asks for the rows that <paramref name="find"/> and the plan need.</param>
    /// <param name="find">The plan that is under way; null if there is none, or no longer.</param>
    /// <returns>The account as it is now, with the name; a refusal if it cannot have it, or is gone.</returns>
    public async Task<Result<AccountEntity>> FinishAsync(
        AccountRequest wants, Func<AccountPartition, NamePlan?> find, Problem otherwise, CancellationToken cancellationToken)
    {
        var request = wants with { Otherwise = otherwise };
        var read = await accounts.ChangeAsync<AccountPartition>(request, partition => partition, cancellationToken);
        if (read.IsRefused || find(read.Reply) is not { } plan)
        {
            return read.IsRefused ? read.Problem : read.Reply.Account;
        }

        var isClaimed = await ClaimAsync(plan, read.Reply.Account, cancellationToken);
        var finished = await accounts.ChangeAsync<AccountEntity>(
            request,
            partition =>
            {
                // A reset may have cancelled the plan meanwhile, or another request finished it.
                if (find(partition)?.Id != plan.Id)
                {
                    return partition.Account.Needs(plan.Name, partition.EmailChange) ? partition.Account : otherwise;
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

            // The account after the claim: one that takes the name writes its plan before the claim, so either the plan is seen here, or
            // this commit loses.
            var (account, change) = await accounts.FindWithEmailChangeAsync(accountId, cancellationToken);
            if (account?.Needs(name, change) != true)
            {
                partition.Delete(claim);
                if (partition.ResetCode is { } code)
                {
                    partition.Delete(code);
                }
            }

            return Success.Done;
        },
        cancellationToken);

    /// <summary>Releases a name whatever the account needs, and removes all that is stored there.</summary>
    public async Task PurgeAsync(string name, string accountId, CancellationToken cancellationToken)
    {
        for (var isLast = false; !isLast;)
        {
            await addresses.ChangeAsync<Success>(
                new AddressRequest(name),
                partition =>
                {
                    isLast = true;
                    if (partition.Claim is { } claim && claim.AccountId == accountId)
                    {
                        var rows = partition.OtherRows.Take(MostAtOnce).ToList();
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

    /// <returns>False if the name is another account's.</returns>
    private async Task<bool> ClaimAsync(NamePlan plan, AccountEntity account, CancellationToken cancellationToken)
    {
        var former = (await addresses.LoadAsync(account.AddressKey, cancellationToken)).Claim;
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

                return Success.Done;
            },
            cancellationToken);
        return !claimed.IsRefused;
    }
}
