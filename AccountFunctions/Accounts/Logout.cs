using AccountFunctions.Documentation;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts;

public sealed record LogoutRequest(
    [Field("True ends every session of the account.", Nullable = true, Example = false)] Member<bool> All = default);

/// <summary>
/// Ends the caller's session, or all of them. Ending all raises the account's version, and every access token dies with it; after ending one, its
/// access token is good until it expires.
/// </summary>
[Operation(
    "Sign out",
    Description = "Ends this session: its access token stays good until it expires. With `all`, every session and access token of the account ends at once.",
    BodyOptional = true)]
public sealed partial class Logout(AccountStore accounts, OptimisticRetry retry, TimeProvider time, ILogger<Logout> logger)
{
    public async Task<Result<Success>> HandleAsync(LogoutRequest request, Caller caller, CancellationToken cancellationToken)
    {
        if (request.All.State is MemberState.Invalid)
        {
            return Problem.Field("all", FieldError.Invalid);
        }

        if (!request.All.Value)
        {
            await accounts.TryEndSessionAsync(caller.Account.Id, caller.SessionId, AccountEvent.SignedOut, time.GetUtcNow(), cancellationToken);
            LogSignedOut(caller.Account.Id, caller.SessionId);
            return Success.Done;
        }

        var current = caller.Account;
        return await retry.RunAsync<Result<Success>>(
            caller.Account.Id,
            async () =>
            {
                var account = current ?? await accounts.FindAsync(caller.Account.Id, cancellationToken);
                current = null;
                if (account is null || account.Version != caller.Account.Version)
                {
                    return Problem.TokenNotValid;
                }

                account.Version++;
                var batch = new PartitionBatch(account.Id);
                batch.Save(account);
                batch.Insert(new EventEntity(account.Id, AccountEvent.SignedOutEverywhere, time.GetUtcNow(), caller.SessionId));
                if (!await accounts.TryCommitAsync(batch, cancellationToken))
                {
                    return null;
                }

                LogSignedOutEverywhere(account.Id);
                return Success.Done;
            },
            cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} signed out of session {SessionId}.")]
    private partial void LogSignedOut(string accountId, string sessionId);

    [LoggerMessage(LogLevel.Information, "Account {AccountId} signed out everywhere.")]
    private partial void LogSignedOutEverywhere(string accountId);
}
