using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.Admin;

/// <summary>
/// Turns off the second factor of an owner who has lost it. It ends every session too, because whoever has one may be why the owner asks.
/// </summary>
[Operation(
    "Remove an account's authenticator app",
    Description = "For an owner who has lost the app and the recovery codes; make sure that it is the owner who asks. Ends every session. "
        + "The owner gets a mail. Without an app, nothing changes.",
    Refusals = [nameof(Problem.NotFound)],
    HasETag = true)]
public sealed class RemoveAccountTotp(AdministeredAccounts accounts)
{
    public Task<Result<AdministeredAccountReply>> HandleAsync(
        string id, Administrator administrator, CancellationToken cancellationToken) => accounts.ChangeAsync(
            id,
            administrator,
            nameof(RemoveAccountTotp),
            (partition, now) =>
            {
                if (partition.Account.SecondFactorSince is null)
                {
                    return Success.Done;
                }

                partition.RemoveSecondFactor();
                partition.Account.Version++;
                partition.Save(partition.Account);
                partition.Record(Act.TotpRemoved, administrator.Actor, now);
                return Success.Done;
            },
            cancellationToken,
            withWaysIn: true);
}
