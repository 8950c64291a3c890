using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Security.Factors;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.Factors;

/// <summary>Begins to confirm a change with a passkey instead of the password. It writes nothing.</summary>
[Operation(
    "Begin to confirm with a passkey",
    Description = "Returns the options for `navigator.credentials.get`. Send `state` and the result as `credential` with the change that "
        + "asks for the password, instead of `password` and `otp`.",
    Refusals = [nameof(Problem.NotFound)])]
public sealed class BeginPasskeyConfirmation(AccountStore accounts, PasskeyCeremonies ceremonies)
{
    public async Task<Result<PasskeyRequestReply>> HandleAsync(Caller caller, CancellationToken cancellationToken)
    {
        if (!ceremonies.AreOn)
        {
            return Problem.NotFound;
        }

        var id = caller.Account.Id;
        var waysIn = await accounts.ListWaysInAsync(id, cancellationToken);
        return ceremonies.Request(PasskeyPurpose.Confirm, id, waysIn.Passkeys);
    }
}
