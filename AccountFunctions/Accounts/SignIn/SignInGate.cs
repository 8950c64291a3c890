using AccountFunctions.Accounts.SignIn.Ways;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Security;
using AccountFunctions.Security.Throttling;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>
/// The gate that every way in passes. For any proof it decides once, in this order: the state of the account, the second factor, and the
/// record at the throttle, which is a success only if everything was right. Only the gate creates a <see cref="Passed"/>.
/// </summary>
public sealed class SignInGate(
    AddressStore addresses, SignInThrottle throttle, ISecondFactor secondFactor, TimeProvider time)
{
    /// <param name="proved">What a prover returned; the gate disposes the proof.</param>
    /// <param name="otp">What the client sent as its second factor; null if it sent nothing.</param>
    public async Task<Result<Passed>> PassAsync(
        Result<Proof> proved, string? otp, SignInIntent intent, CancellationToken cancellationToken)
    {
        if (proved.IsRefused)
        {
            return proved.Problem;
        }

        using var proof = proved.Reply;
        var verdict = await JudgeAsync(proof, otp, intent, cancellationToken);
        if (await RecordAsync(proof.Counter, verdict.Outcome, intent, cancellationToken) is { } late)
        {
            return late;
        }

        if (proof.Registration is { } tried)
        {
            await MarkTriedAsync(proof.Counter.Address, tried, cancellationToken);
        }

        return verdict.Answer;
    }

    private async Task<Verdict> JudgeAsync(Proof proof, string? otp, SignInIntent intent, CancellationToken cancellationToken)
    {
        if (proof.Registration is { } waiting)
        {
            // A stranger may have registered there to guess at the password of the account. So a registration counts as one failure.
            return new(Problem.NotActive, waiting.IsTried ? SignInOutcome.Neutral : SignInOutcome.Failed);
        }

        var now = time.GetUtcNow();
        if (proof.Account is not { } account
            || account.StateAt(now) is AccountState.Gone
            || (intent is SignInIntent.Restore && !MayBeRestored(account, now)))
        {
            return new(
                intent is SignInIntent.Confirm ? Problem.InvalidPassword : Problem.InvalidCredentials, SignInOutcome.Failed);
        }

        if (RefusalOf(account.StateAt(now), intent) is { } refused)
        {
            return new(refused, SignInOutcome.Neutral);
        }

        var factor = await secondFactor.CheckAsync(account, otp, intent, cancellationToken);
        return factor.Refusal is { } missing
            ? new(missing, factor.IsWrong ? SignInOutcome.Failed : SignInOutcome.Neutral)
            : new(new Passed(proof, account, [proof.Method, .. factor.Methods]), SignInOutcome.Succeeded);
    }

    // If no deletion is pending, a restore treats the right password as wrong, so the answer does not reveal that it is right. A client
    // whose answer was lost may repeat its call.
    private static bool MayBeRestored(AccountEntity account, DateTimeOffset now) =>
        account.DeletesAt is not null || now < account.Restored + Lifetimes.Repeat;

    /// <summary>The one place that says what an account may be used for in which state.</summary>
    private static Problem? RefusalOf(AccountState state, SignInIntent intent) => (state, intent) switch
    {
        // The access token was already checked, and the owner of an expired account may still change its password.
        (_, SignInIntent.Confirm) => null,
        (AccountState.Disabled, _) => Problem.DisabledAccount,
        (AccountState.DeletionPending, SignInIntent.SignIn) => Problem.DeletionPending,
        (AccountState.Expired, _) => Problem.ExpiredAccount,
        _ => null,
    };

    private async Task<Problem?> RecordAsync(
        SignInCounter counter, SignInOutcome outcome, SignInIntent intent, CancellationToken cancellationToken)
    {
        if (await throttle.RecordAsync(counter, outcome, cancellationToken) is { } refused)
        {
            return refused;
        }

        if (intent is SignInIntent.Confirm && counter.Device is not null)
        {
            // What counts at a caller's device also counts at the address, whether or not that delays strangers.
            await throttle.RecordAsync(counter with { Device = null }, outcome, cancellationToken);
        }

        return null;
    }

    private Task MarkTriedAsync(AddressPartition address, PendingEntity tried, CancellationToken cancellationToken) =>
        tried.IsTried ? Task.CompletedTask : addresses.ChangeAsync<Success>(
            AddressRequest.Of(address),
            partition =>
            {
                if (partition.Pendings.FirstOrDefault(row => row.Id == tried.Id) is { IsTried: false } waiting)
                {
                    waiting.IsTried = true;
                    partition.Save(waiting);
                }

                return Success.Done;
            },
            cancellationToken);

    private readonly record struct Verdict(Result<Passed> Answer, SignInOutcome Outcome);
}

/// <summary>What the user wants from the gate.</summary>
public enum SignInIntent
{
    /// <summary>To open a session.</summary>
    SignIn,

    /// <summary>To restore an account whose deletion is pending, and to open a session.</summary>
    Restore,

    /// <summary>To confirm the password of a caller that has a session.</summary>
    Confirm,
}
