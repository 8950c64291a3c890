using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts.SignIn;

public sealed record LogoutRequest(
    [Field("True ends every session of the account.", Nullable = true, Example = false)] Member<bool> All = default);

/// <summary>
/// Ends the caller's session, or all sessions of the account. Ending all raises the account's version, which voids every access token.
/// After ending one, its access token stays valid until it expires.
/// </summary>
[Operation(
    "Sign out",
    Description = "Ends this session: its access token stays valid until it expires. With `all`, every session and access token of the "
        + "account ends at once.")]
public sealed partial class Logout(AccountStore accounts, Sessions sessions, TimeProvider time, ILogger<Logout> logger)
{
    public async Task<Result<Success>> HandleAsync(LogoutRequest request, Caller caller, CancellationToken cancellationToken)
    {
        if (request.All.State is MemberState.Invalid)
        {
            return Problem.Field("all", FieldError.Invalid);
        }

        var (account, now) = (caller.Account, time.GetUtcNow());
        if (!request.All.Value)
        {
            // A session that is gone is already signed out.
            await sessions.EndAsync(caller, caller.SessionId, Act.SignedOut, cancellationToken);
            LogSignedOut(account.Id, caller.SessionId);
            return Success.Done;
        }

        var result = await accounts.ChangeAsync<Success>(
            caller.Request,
            partition =>
            {
                partition.Account.Version++;
                partition.Save(partition.Account);
                partition.Record(Act.SignedOutEverywhere, caller.Actor, now);
                return Success.Done;
            },
            cancellationToken);
        if (!result.IsRefused)
        {
            LogSignedOutEverywhere(account.Id);
        }

        return result;
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} signed out of session {SessionId}.")]
    private partial void LogSignedOut(string accountId, string sessionId);

    [LoggerMessage(LogLevel.Information, "Account {AccountId} signed out everywhere.")]
    private partial void LogSignedOutEverywhere(string accountId);
}
