using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;

namespace AccountFunctions.Accounts.Admin;

/// <summary>Shows an account to an administrator.</summary>
[Operation(
    "Show an account", Description = "Whatever its state, until it is deleted.", Refusals = [nameof(Problem.NotFound)], HasETag = true)]
public sealed class ShowAccount(AdministeredAccounts accounts)
{
    public async Task<Result<AdministeredAccountReply>> HandleAsync(
        string id, Administrator administrator, CancellationToken cancellationToken)
    {
        var found = await accounts.FindAsync(id, cancellationToken);
        return found.IsRefused ? found.Problem : AdministeredAccountReply.WithETag(found.Reply);
    }
}
