using AccountFunctions.Contract;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts;

/// <summary>Ends one of the caller's sessions.</summary>
[Operation(
    "End a session",
    Description = "Its refresh token is void at once; its access token stays valid until it expires.",
    Refusals = [nameof(Problem.NotFound)])]
public sealed partial class RevokeSession(AccountStore accounts, TimeProvider time, ILogger<RevokeSession> logger)
{
    public async Task<Result<Success>> HandleAsync(string sessionId, Caller caller, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(sessionId, "N", out var id))
        {
            return Problem.NotFound;
        }

        var (accountId, session) = (caller.Account.Id, id.ToString("N"));
        var revoked = new EventEntity(accountId, EventKind.SessionRevoked, time.GetUtcNow(), session, caller.Client);
        if (!await accounts.TryEndSessionAsync(accountId, session, revoked, cancellationToken))
        {
            return Problem.NotFound;
        }

        LogRevoked(accountId, id);
        return Success.Done;
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} revoked session {SessionId}.")]
    private partial void LogRevoked(string accountId, Guid sessionId);
}
