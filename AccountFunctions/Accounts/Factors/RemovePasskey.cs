using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Security.Factors;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts.Factors;

/// <summary>Removes a passkey of the caller's account.</summary>
[Operation(
    "Remove a passkey",
    Description = "It can no longer be used to sign in. Sessions that it has opened continue. Refused if nothing else would be left to "
        + "sign in with. The owner gets a mail. Tell the browser with `PublicKeyCredential.signalUnknownCredential`, which takes `rp_id` "
        + "and `credential_id` of the list.",
    Refusals = [nameof(Problem.NotFound), nameof(Problem.LastWayIn)])]
public sealed partial class RemovePasskey(
    AccountStore accounts, RecentActs recent, PasskeyCeremonies ceremonies, TimeProvider time, ILogger<RemovePasskey> logger)
{
    public async Task<Result<Success>> HandleAsync(string passkeyId, Caller caller, CancellationToken cancellationToken)
    {
        if (!ceremonies.AreOn || !PasskeyEntity.IsId(passkeyId))
        {
            return Problem.NotFound;
        }

        var now = time.GetUtcNow();
        var removed = await accounts.ChangeAsync<Success>(
            caller.Request with { WithWaysIn = true },
            partition =>
            {
                if (partition.WaysIn.Passkeys.FirstOrDefault(row => row.Id == passkeyId) is not { } passkey)
                {
                    return Problem.NotFound;
                }

                if (partition.WaysIn.IsLast(partition.Account, passkey))
                {
                    return Problem.LastWayIn;
                }

                // So that of two requests that remove the last two ways in, one loses.
                partition.Save(partition.Account);
                partition.Delete(passkey);
                partition.Record(Act.PasskeyRemoved, caller.Actor, now, passkey.Id);
                return Success.Done;
            },
            cancellationToken);
        if (!removed.IsRefused)
        {
            LogRemoved(caller.Account.Id);
        }

        // A client whose answer was lost may repeat its call.
        return removed.Problem == Problem.NotFound
            && await recent.HaveAsync(caller.Account.Id, Act.PasskeyRemoved, IsThisOne, now, cancellationToken)
                ? Success.Done
                : removed;

        bool IsThisOne(EventEntity recorded) => recorded.Detail == passkeyId && recorded.SessionId == caller.SessionId;
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} has removed a passkey.")]
    private partial void LogRemoved(string accountId);
}
