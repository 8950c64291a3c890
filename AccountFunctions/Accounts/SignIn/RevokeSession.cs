using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>Ends any one of the caller's sessions.</summary>
[Operation(
    "End a session",
    Description = "Its refresh token is void at once; its access token stays valid until it expires.",
    Refusals = [nameof(Problem.NotFound)])]
public sealed partial class RevokeSession(Sessions sessions, ILogger<RevokeSession> logger)
{
    public async Task<Result<Success>> HandleAsync(string sessionId, Caller caller, CancellationToken cancellationToken)
    {
        if (!Guid.TryParseExact(sessionId, "N", out var id))
        {
            return Problem.NotFound;
        }

        var ended = await sessions.EndAsync(caller, id.ToString("N"), Act.SessionRevoked, cancellationToken);
        if (!ended.IsRefused)
        {
            LogRevoked(caller.Account.Id, id);
        }

        return ended;
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} revoked session {SessionId}.")]
    private partial void LogRevoked(string accountId, Guid sessionId);
}
