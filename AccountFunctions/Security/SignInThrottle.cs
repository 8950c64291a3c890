using AccountFunctions.Accounts;
using AccountFunctions.Housekeeping;
using AccountFunctions.Storage;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security;

/// <summary>How an attempt to sign in went.</summary>
public enum SignInOutcome
{
    Failed,

    /// <summary>The password of a registration that nobody has activated. It neither counts nor clears failures: anybody may have registered there.</summary>
    NotActive,
    Succeeded,
}

/// <summary>
/// Slows down whoever guesses the password of an address, whether or not anybody has an account there. Some failures within a window are free, then
/// each costs twice the delay of the one before; after 100 in a row only a reset helps (NIST SP 800-63B-4 §3.2.2), which nobody but the owner can do.
/// </summary>
public sealed class SignInThrottle(AddressStore addresses, OptimisticRetry retry, HousekeepingSchedule housekeeping, IOptions<ThrottleOptions> options, TimeProvider time)
{
    private const int MaxConsecutiveFailures = 100;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(30);
    private readonly ThrottleOptions options = options.Value;

    /// <summary>The refusal of every attempt for the moment, the right password's too; null if an attempt is heard.</summary>
    public Problem? Delay(GuardEntity guard)
    {
        var now = time.GetUtcNow();
        return guard.Failures >= MaxConsecutiveFailures && now < guard.FailuresEnd ? Problem.Throttled(ThrottleKind.SignIn, options.MaxDelay > FirstDelay ? options.MaxDelay : FirstDelay)
            : guard.LockedUntil > now ? Problem.Throttled(ThrottleKind.SignIn, guard.LockedUntil.Value - now)
            : null;
    }

    /// <summary>
    /// Writes down how an attempt went, and only that makes its outcome count: of attempts sent at once each is heard after the one before, or refused
    /// like any that comes during a delay. The one attempt that needs no write is a right password that nothing was tried before or beside.
    /// </summary>
    /// <returns>Null if the attempt was heard.</returns>
    public async Task<Problem?> RecordAsync(AddressPartition partition, SignInAttempts.Attempt attempt, SignInOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome is not SignInOutcome.Failed && !partition.Guard.HasFailures && attempt.IsAlone)
        {
            return null;
        }

        var current = partition;
        var recorded = await retry.RunAsync<Result<Success>>(
            partition.Key,
            async () =>
            {
                current ??= await addresses.LoadAsync(partition.Key, cancellationToken);
                var guard = current.Guard;
                current = null;
                if (Delay(guard) is { } refused)
                {
                    return refused;
                }

                if (outcome is SignInOutcome.Succeeded)
                {
                    guard.ClearFailures();
                }
                else if (outcome is SignInOutcome.Failed)
                {
                    AddFailure(guard);
                    if (guard.SweepDue <= time.GetUtcNow())
                    {
                        guard.SweepDue = guard.FailuresEnd;
                        await housekeeping.EnqueueAsync(new AddressSweep(partition.Key, guard.SweepDue), cancellationToken);
                    }
                }

                var batch = new PartitionBatch(partition.Key);
                batch.Save(guard);
                return await addresses.TryCommitAsync(batch, cancellationToken) ? Success.Done : null;
            },
            cancellationToken);
        return recorded.Problem;
    }

    private void AddFailure(GuardEntity guard)
    {
        var now = time.GetUtcNow();
        if (guard.FailuresEnd <= now)
        {
            guard.ClearFailures();
        }

        guard.Failures++;
        if (guard.Delays > 0 && now < guard.LockedUntil + options.SignInWindow)
        {
            guard.Delays++;
        }
        else
        {
            guard.Delays = 0;
            guard.FailureTimes = [.. guard.FailureTimes.Where(seconds => DateTimeOffset.FromUnixTimeSeconds(seconds) > now - options.SignInWindow), now.ToUnixTimeSeconds()];
            if (guard.FailureTimes.Count < options.SignInFailures)
            {
                return;
            }

            guard.FailureTimes = [];
            guard.Delays = 1;
        }

        var delay = FirstDelay * Math.Pow(2, Math.Min(guard.Delays - 1, 30));
        guard.LockedUntil = now + (delay < options.MaxDelay ? delay : options.MaxDelay);
    }
}
