using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.Identities;

/// <summary>The identities at other providers that the owner can sign in with.</summary>
[Operation("List the identities", Description = "The identities at other providers that are linked to the account.")]
public sealed class ListIdentities(AccountStore accounts)
{
    public async Task<Result<IReadOnlyList<IdentityReply>>> HandleAsync(Caller caller, CancellationToken cancellationToken)
    {
        var waysIn = await accounts.ListWaysInAsync(caller.Account.Id, cancellationToken);
        return new Result<IReadOnlyList<IdentityReply>>(
            [.. waysIn.Identities.Where(identity => !identity.IsPlanned).Select(IdentityReply.From)]);
    }
}
