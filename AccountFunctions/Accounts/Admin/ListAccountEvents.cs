using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;

namespace AccountFunctions.Accounts.Admin;

/// <summary>The security history of an account, for administrators.</summary>
[Operation(
    "Read an account's history",
    Description = "What happened to the account in the last year, newest first, as its owner sees it.",
    Query = typeof(EventsQuery),
    Refusals = [nameof(Problem.NotFound)])]
public sealed class ListAccountEvents(AdministeredAccounts accounts, History history)
{
    public async Task<Result<EventsReply>> HandleAsync(
        string id, EventsQuery query, Administrator administrator, CancellationToken cancellationToken)
    {
        var found = await accounts.FindAsync(id, cancellationToken);
        return found.IsRefused ? found.Problem : await history.ListAsync(query, found.Reply.Id, cancellationToken);
    }
}
