using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.Admin;

/// <summary>Ends every session of an account.</summary>
[Operation(
    "Sign an account out",
    Description = "Ends every session of the account. Its access tokens become void at once here, and within their lifetime at services "
        + "that do not ask.",
    Refusals = [nameof(Problem.NotFound)],
    HasETag = true)]
public sealed class SignOutAccount(AdministeredAccounts accounts)
{
    public Task<Result<AdministeredAccountReply>> HandleAsync(
        string id, Administrator administrator, CancellationToken cancellationToken) => accounts.ChangeAsync(
            id,
            administrator,
            nameof(SignOutAccount),
            (partition, now) =>
            {
                partition.Account.Version++;
                partition.Save(partition.Account);
                partition.Record(Act.SignedOutEverywhere, administrator.Actor, now);
                return Success.Done;
            },
            cancellationToken);
}
