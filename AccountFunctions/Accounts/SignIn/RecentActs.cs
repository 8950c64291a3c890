using AccountFunctions.Security;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>
/// Finds in the history what a client did a moment ago: if its answer was lost, it repeats the call, and finds nothing left to change.
/// </summary>
public sealed class RecentActs(AccountStore accounts)
{
    /// <summary>Whether the history of the last ten minutes has such an act.</summary>
    public async Task<bool> HaveAsync(
        string accountId, Act act, Predicate<EventEntity> isSuch, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var events = await accounts.ListEventsAsync(
            accountId, act.Word, now - Lifetimes.Repeat, now + Lifetimes.ClockSkew, cancellationToken);
        return events.Any(recorded => isSuch(recorded));
    }
}
