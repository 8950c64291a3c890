using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;

namespace AccountFunctions.Accounts.Profile;

/// <summary>The security history of the caller's account: what happened to it in the last year.</summary>
[Operation(
    "Read the history",
    Description = "What happened to the account in the last year, newest first. Show it to the owner: it reveals what strangers did.",
    Query = typeof(EventsQuery))]
public sealed class ListEvents(History history)
{
    public Task<Result<EventsReply>> HandleAsync(EventsQuery query, Caller caller, CancellationToken cancellationToken) =>
        history.ListAsync(query, caller.Account.Id, cancellationToken);
}
