using AccountFunctions.Contract.Answers;
using AccountFunctions.Security.Factors;
using AccountFunctions.Security.Throttling;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts.SignIn.Ways;

/// <summary>A verified assertion that has had no effect yet.</summary>
public sealed record PasskeyAssertion(
    PasskeyChallenge Challenge, AccountEntity Account, PasskeyEntity Passkey, PasskeyUse Use, Actor Actor);

/// <summary>
/// Uses up the challenge of an assertion, and keeps the signature counter of its passkey. A counter that goes back shows that somebody may
/// have a copy of the passkey (WebAuthn Level 3 §6.1.1), so the assertion is refused and the owner told.
/// </summary>
public sealed partial class PasskeyCounters(
    AccountStore accounts, PasskeyChallenges challenges, TimeProvider time, ILogger<PasskeyCounters> logger)
{
    /// <returns>The refusal if the assertion was used before, or if its counter went back.</returns>
    public async Task<Problem?> SettleAsync(PasskeyAssertion assertion, SignInOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome is not SignInOutcome.Succeeded)
        {
            return null;
        }

        var (challenge, account, passkey, use, actor) = assertion;
        if (!await challenges.TryUseAsync(challenge, actor.SessionId, cancellationToken))
        {
            return Problem.InvalidCredential;
        }

        var now = time.GetUtcNow();
        var request = new AccountRequest(account.Id) { Account = account, Otherwise = Problem.InvalidCredential };
        var kept = await accounts.ChangeAsync<Success>(
            request.WithPasskey(passkey),
            partition =>
            {
                if (partition.Passkey is not { } current)
                {
                    return Problem.InvalidCredential;
                }

                if ((use.Counter > 0 || current.Counter > 0) && use.Counter <= current.Counter)
                {
                    partition.Record(Act.PasskeyRefused, actor, now, current.Id);
                    LogRefused(account.Id);
                    return Problem.InvalidCredential;
                }

                (current.Counter, current.IsBackedUp, current.LastUsed) = (use.Counter, use.IsBackedUp, now);
                partition.Save(current);
                return Success.Done;
            },
            cancellationToken);
        return kept.Problem;
    }

    [LoggerMessage(LogLevel.Warning, "The counter of a passkey of account {AccountId} went back.")]
    private partial void LogRefused(string accountId);
}
