using AccountFunctions.Accounts.Profile;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts.Admin;

/// <summary>How an account is deleted, as the URL's query says.</summary>
public sealed record RemoveAccountQuery(
    [Field("`true`: without the grace period, so that the owner cannot restore the account.", Example = true)] bool? Now);

/// <summary>Schedules the deletion of an account, as its owner can with <see cref="DeleteAccount"/>.</summary>
[Operation(
    "Delete an account",
    Description = "Ends every session, and deletes everything about the account after the grace period, or within minutes with "
        + "`now=true`. An account that has moved to another address stays for as long as its former address can recover it. The owner "
        + "gets a mail with the date.",
    Query = typeof(RemoveAccountQuery),
    Refusals = [nameof(Problem.NotFound), nameof(Problem.LastAdministrator)],
    HasETag = true)]
public sealed class RemoveAccount(AdministeredAccounts accounts, IOptions<AccountOptions> options)
{
    public Task<Result<AdministeredAccountReply>> HandleAsync(
        string id, RemoveAccountQuery query, Administrator administrator, CancellationToken cancellationToken)
    {
        var grace = query.Now == true ? TimeSpan.Zero : options.Value.DeletionGrace;
        return accounts.ChangeAsync(
            id,
            administrator,
            nameof(RemoveAccount),
            (partition, now) =>
            {
                var account = partition.Account;
                if (account.DeletesAt <= now + grace)
                {
                    return Success.Done;
                }

                var deletesAt = account.PlanDeletion(now + grace);
                (account.DeletionRequested, account.DeletionRequestedBy) = (now, null);
                account.Version++;
                partition.Save(account);
                partition.Record(Act.DeletionRequested, administrator.Actor, now);
                partition.Enqueue(new AccountPurge(account.Id, deletesAt + Retention.Request));
                return Success.Done;
            },
            cancellationToken,
            ends: true);
    }
}
