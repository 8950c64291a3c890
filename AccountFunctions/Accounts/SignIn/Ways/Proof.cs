using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security.Throttling;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Accounts.SignIn.Ways;

/// <summary>
/// What a prover has found out about somebody who wants in, after the same work for a known and an unknown account. It has counted nothing:
/// <see cref="SignInGate"/> does, and disposes the proof.
/// </summary>
public sealed record Proof(SignInCounter Counter) : IDisposable
{
    /// <summary>The account that was proved; null where the proof failed.</summary>
    public AccountEntity? Account { get; init; }

    /// <summary>How it was proved (RFC 8176).</summary>
    public string Method { get; init; } = "";

    /// <summary>The registration that was proved instead: its account does not exist yet.</summary>
    public PendingEntity? Registration { get; init; }

    /// <summary>What the client showed as its device; null if that is not a device of the account.</summary>
    public DeviceSecret? DeviceSecret { get; init; }

    /// <summary>
    /// <see cref="AccountStore.ListEndsAsync"/> of the account, which a sign-in needs; provers read it beside their other work.
    /// </summary>
    public SignIns SignIns { get; init; } = SignIns.None;

    /// <summary>Hashes the password again, because the settings have changed since; null where that is not needed.</summary>
    public Func<CancellationToken, Task<Credential>>? Rehash { get; init; }

    /// <summary>Runs an attempt, which goes on in the proof; without a proof, it ends.</summary>
    public static async Task<Result<Proof>> RunAsync(SignInAttempt attempt, Func<Task<Result<Proof>>> prove)
    {
        var proved = default(Result<Proof>);
        try
        {
            return proved = await prove();
        }
        finally
        {
            if (proved.Reply is null)
            {
                attempt.Dispose();
            }
        }
    }

    public void Dispose() => Counter.Attempt.Dispose();
}
