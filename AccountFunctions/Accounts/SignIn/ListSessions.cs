using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts.SignIn;

public sealed record SessionReply(
    [Field("The id of the session, for ending it.", Example = "0193a5f0c1a87d2e9b3c4d5e6f708192")] string Id,
    [Field("When the client signed in.", Example = "2026-11-23T12:00:00Z")] DateTime Created,
    [Field("When the tokens were last refreshed.", Example = "2026-11-23T12:15:00Z")] DateTime LastUsed,
    [Field("When the session ends if it is not used again.", Example = "2026-12-07T12:15:00Z")] DateTime Expires,
    [Field("What the client called itself at sign-in.", Example = "ExampleApp/2.1")] string? Client,
    [Field("How the user signed in (RFC 8176): `pwd`, `otp`, `hwk` for a passkey, `fed` for another provider, `mca` for a mailed code.")]
    IReadOnlyList<string> Amr,
    [Field("Whether this is the calling session.", Example = true)] bool Current);

/// <summary>The sessions of the caller's account that can still be refreshed, newest first.</summary>
[Operation("List the sessions", Description = "The sessions that can still be refreshed, newest first.")]
public sealed class ListSessions(AccountStore accounts, IOptions<TokenOptions> options, TimeProvider time)
{
    public async Task<Result<IReadOnlyList<SessionReply>>> HandleAsync(Caller caller, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var idleLifetime = options.Value.RefreshIdleLifetime;
        var (sessions, _, _) = await accounts.ListSignInsAsync(caller.Account.Id, cancellationToken);
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
                    session.Amr,
                    session.Id == caller.SessionId)),
        ]);
    }
}
