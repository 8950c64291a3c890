using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts.Admin;

/// <summary>How an account is deleted, as the URL's query says.</summary>
public sealed record RemoveAccountQuery(
    [Field("`true`: without the grace period, so that the owner cannot restore the account.", Example = true)] bool? Now);

/// <summary>Schedules the deletion of an account, as its owner can.</summary>
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
                var when = now + grace;
                if (partition.Account.DeletesAt is not { } planned || planned > partition.Account.DeletionDate(when))
                {
                    partition.RequestDeletion(when, administrator.Actor, now);
                }

                return Success.Done;
            },
            cancellationToken,
            ends: true);
    }
}
