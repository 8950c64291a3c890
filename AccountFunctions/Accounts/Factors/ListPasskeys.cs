using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Security.Factors;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.Factors;

/// <summary>The passkeys of the caller's account, oldest first.</summary>
[Operation(
    "List the passkeys",
    Description = "The passkeys of the account, oldest first. Tell the browser of them with "
        + "`PublicKeyCredential.signalAllAcceptedCredentials`, so that it offers no removed ones.",
    Refusals = [nameof(Problem.NotFound)])]
public sealed class ListPasskeys(AccountStore accounts, PasskeyCeremonies ceremonies)
{
    public async Task<Result<IReadOnlyList<PasskeyReply>>> HandleAsync(Caller caller, CancellationToken cancellationToken)
    {
        if (!ceremonies.AreOn)
        {
            return Problem.NotFound;
        }

        var waysIn = await accounts.ListWaysInAsync(caller.Account.Id, cancellationToken);
        return new Result<IReadOnlyList<PasskeyReply>>(
        [
            .. waysIn.Passkeys.OrderBy(row => row.Created).Select(row => PasskeyReply.From(row, ceremonies.RelyingPartyId)),
        ]);
    }
}
