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
    AddressStore addresses, SignInThrottle throttle, SecondFactor secondFactor, TimeProvider time)
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
        var (answer, outcome, isGuess) = await JudgeAsync(proof, otp, intent, cancellationToken);
        if (proof.SettleAsync is { } settle && await settle(outcome, cancellationToken) is { } lost)
        {
            return lost;
        }

        if (isGuess && await RecordAsync(proof.Counter, outcome, intent, cancellationToken) is { } late)
        {
            return late;
        }

        if (proof.Registration is { } tried)
        {
            await MarkTriedAsync(proof.Counter.Address, tried, cancellationToken);
        }

        return answer;
    }

    private async Task<Verdict> JudgeAsync(Proof proof, string? otp, SignInIntent intent, CancellationToken cancellationToken)
    {
        if (proof.Registration is { } waiting)
        {
            // A stranger may have registered there to guess at the password of the account. So a registration counts as one failure.
            return new(Problem.NotActive, waiting.IsTried ? SignInOutcome.Neutral : SignInOutcome.Failed, proof.IsGuess);
        }

        var now = time.GetUtcNow();
        if (proof.Account is not { } account
            || account.StateAt(now) is AccountState.Gone
            || (intent is SignInIntent.Restore && !MayBeRestored(account, now)))
        {
            return new(
                intent.IsConfirmation() ? Problem.InvalidPassword : Problem.InvalidCredentials,
                SignInOutcome.Failed,
                proof.IsGuess);
        }

        if (RefusalOf(account.StateAt(now), intent) is { } refused)
        {
            return new(refused, SignInOutcome.Neutral, proof.IsGuess);
        }

        return secondFactor.IsRequired(proof, account, intent)
            ? await JudgeFactorAsync(proof, account, otp, intent, cancellationToken)
            : new(
                new Passed(proof, account, [proof.Method]) { IsRepeat = proof.IsRepeat }, SignInOutcome.Succeeded, proof.IsGuess);
    }

    private async Task<Verdict> JudgeFactorAsync(
        Proof proof, AccountEntity account, string? otp, SignInIntent intent, CancellationToken cancellationToken)
    {
        if (otp is null)
        {
            return new(Problem.OtpRequired, SignInOutcome.Neutral, proof.IsGuess);
        }

        // The code is a guess like a password, even if the proof is none.
        if (throttle.Delay(proof.Counter.Address, proof.Counter.Device) is { } delayed)
        {
            return new(delayed, SignInOutcome.Neutral, IsGuess: false);
        }

        var used = await secondFactor.UseAsync(proof, account, otp, intent, cancellationToken);
        return used.IsRefused
            ? new(used.Problem, SignInOutcome.Failed, IsGuess: true)
            : new(
                new Passed(proof, account, [proof.Method, SessionEntity.OtpMethod]) { IsRepeat = used.Reply is FactorUse.Repeated },
                SignInOutcome.Succeeded,
                IsGuess: true);
    }

    // If no deletion is pending, a restore treats the right password as wrong, so the answer does not reveal that it is right. A client
    // whose answer was lost may repeat its call.
    private static bool MayBeRestored(AccountEntity account, DateTimeOffset now) =>
        account.DeletesAt is not null || now < account.Restored + Lifetimes.Repeat;

    /// <summary>The one place that says what an account may be used for in which state.</summary>
    private static Problem? RefusalOf(AccountState state, SignInIntent intent) => (state, intent) switch
    {
        // The access token was already checked, and the owner of an expired account may still change its password.
        _ when intent.IsConfirmation() => null,
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

        if (intent.IsConfirmation() && counter.Device is not null)
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

    /// <param name="IsGuess">Whether the throttle counts the outcome.</param>
    private readonly record struct Verdict(Result<Passed> Answer, SignInOutcome Outcome, bool IsGuess);
}

/// <summary>What the user wants from the gate.</summary>
public enum SignInIntent
{
    /// <summary>To open a session.</summary>
    SignIn,

    /// <summary>To restore an account whose deletion is pending, and to open a session.</summary>
    Restore,

    /// <summary>To confirm a change of a caller that has a session.</summary>
    Confirm,

    /// <summary>
    /// To confirm a call that the same session made a moment ago, because its answer was lost. It changes nothing again, so the session may
    /// send the same code of its authenticator app.
    /// </summary>
    Repeat,
}

public static class SignInIntents
{
    /// <summary>Whether a caller that has a session confirms a change.</summary>
    public static bool IsConfirmation(this SignInIntent intent) => intent is SignInIntent.Confirm or SignInIntent.Repeat;
}
