using AccountFunctions.Storage;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts;

/// <param name="Expires">When it ends if it is not used again.</param>
/// <param name="Client">What the client called itself at sign-in.</param>
/// <param name="Current">Whether it is the session that asks.</param>
public sealed record SessionReply(string Id, DateTime Created, DateTime LastUsed, DateTime Expires, string? Client, bool Current);

/// <summary>The sessions of the caller's account that can still be refreshed, newest first.</summary>
public sealed class ListSessions(AccountStore accounts, IOptions<TokenOptions> options, TimeProvider time)
{
    public async Task<Result<IReadOnlyList<SessionReply>>> HandleAsync(Caller caller, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var idleLifetime = options.Value.RefreshIdleLifetime;
        var sessions = await accounts.ListSessionsAsync(caller.Account.Id, cancellationToken);
        return new Result<IReadOnlyList<SessionReply>>(
        [
            .. sessions
                .Where(session => session.Version == caller.Account.Version && now < session.EndsAt(idleLifetime))
                .Reverse()
                .Select(session => new SessionReply(
                    session.Id,
                    session.Created.UtcDateTime,
                    session.LastUsed.UtcDateTime,
                    session.EndsAt(idleLifetime).UtcDateTime,
                    session.Client,
                    session.Id == caller.SessionId)),
        ]);
    }
}
