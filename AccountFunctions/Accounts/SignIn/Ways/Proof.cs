using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Security.Throttling;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Accounts.SignIn.Ways;

/// <summary>
/// What a prover found out about a user who wants to sign in, after the same work for known and unknown accounts. The prover has counted
/// nothing: <see cref="SignInGate"/> does that, and disposes the proof.
/// </summary>
/// <param name="Actor">Who wants to sign in, or confirms a change.</param>
public sealed record Proof(SignInCounter Counter, Actor Actor) : IDisposable
{
    /// <summary>The proved account; null if the proof failed.</summary>
    public AccountEntity? Account { get; init; }

    /// <summary>The authentication method (RFC 8176).</summary>
    public string Method { get; init; } = "";

    /// <summary>Whether it can be guessed, so that the throttle counts its failures. A signature cannot.</summary>
    public bool IsGuess { get; init; }

    /// <summary>Whether it counts as both factors: possession of a key, and a check of its user.</summary>
    public bool HasBothFactors { get; init; }

    /// <summary>
    /// Whether the caller's session used it up before, for the call that it repeats; see <see cref="SignInIntent.Repeat"/>.
    /// </summary>
    public bool IsRepeat { get; init; }

    /// <summary>
    /// Uses up what was proved, once the gate knows the outcome and before it takes effect. Neutral, such as a missing second factor, uses
    /// up nothing. Returns the refusal if another request was faster. Null: there is nothing to use up.
    /// </summary>
    public Func<SignInOutcome, CancellationToken, Task<Problem?>>? SettleAsync { get; init; }

    /// <summary>The registration that was proved instead. Its account does not exist yet.</summary>
    public PendingEntity? Registration { get; init; }

    /// <summary>The device secret that the client sent; null if it is not one of the account's devices.</summary>
    public DeviceSecret? DeviceSecret { get; init; }

    /// <summary>
    /// <see cref="AccountStore.ListEndsAsync"/> of the account, which a sign-in needs. Provers read it in parallel with their other work.
    /// </summary>
    public SignIns SignIns { get; init; } = SignIns.None;

    /// <summary>Hashes the password again if the configured cost has changed; null if it has not.</summary>
    public Func<CancellationToken, Task<Credential>>? Rehash { get; init; }

    /// <summary>The place at the hash gate, kept until the attempt is recorded; null if the prover needs none.</summary>
    public HashPlace? Place { get; init; }

    /// <summary>
    /// Runs an attempt, from its arrival at the hash gate. The proof takes over attempt and place; without a proof, both end.
    /// </summary>
    public static async Task<Result<Proof>> RunAsync(SignInAttempt attempt, HashPlace? place, Func<Task<Result<Proof>>> prove)
    {
        var proved = default(Result<Proof>);
        try
        {
            place?.Arrive();
            return proved = await prove();
        }
        finally
        {
            if (proved.Reply is null)
            {
                attempt.Dispose();
                place?.Dispose();
            }
        }
    }

    public void Dispose()
    {
        Counter.Attempt.Dispose();
        Place?.Dispose();
    }
}
