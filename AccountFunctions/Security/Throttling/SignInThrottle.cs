using AccountFunctions.Contract;
using AccountFunctions.Storage;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security;

/// <summary>
/// Slows down guessing at the password of an address, whether or not it has an account. Some failures within a window are free, then each
/// costs twice the delay of the one before; after 100 in a row only a reset helps (NIST SP 800-63B-4 §3.2.2), which only the owner of the
/// mailbox can do.
/// </summary>
public sealed class SignInThrottle(
    AddressStore addresses, SignInAttempts attempts, HousekeepingQueue housekeeping, IOptions<ThrottleOptions> options, TimeProvider time)
{
    private const int MaxConsecutiveFailures = 100;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(30);
    private readonly ThrottleOptions options = options.Value;

    /// <inheritdoc cref="SignInAttempts.Begin"/>
    public SignInAttempts.Attempt Begin(string addressKey) => attempts.Begin(addressKey);

    /// <summary>The refusal of every attempt for the moment, with the right password too; null if an attempt may be made.</summary>
    public Problem? Delay(GuardEntity guard)
    {
        var now = time.GetUtcNow();
        if (guard.Failures >= MaxConsecutiveFailures && now < guard.FailuresEnd)
        {
            return Problem.Throttled(ThrottleKind.SignIn, options.MaxDelay > FirstDelay ? options.MaxDelay : FirstDelay);
        }

        return guard.LockedUntil > now ? Problem.Throttled(ThrottleKind.SignIn, guard.LockedUntil.Value - now) : null;
    }

    /// <summary>
    /// Records the attempt. An outcome takes effect only after its write succeeds, so parallel guesses gain nothing. A correct password
    /// with no earlier or concurrent failure needs no write.
    /// </summary>
    /// <returns>Null if the outcome takes effect; otherwise the refusal of an attempt that came during a delay.</returns>
    public async Task<Problem?> RecordAsync(
        AddressPartition partition, SignInAttempts.Attempt attempt, SignInOutcome outcome, CancellationToken cancellationToken)
    {
        if (outcome is not SignInOutcome.Failed && !partition.Guard.HasFailures && attempt.IsAlone)
        {
            return null;
        }

        return await addresses.ChangeAsync<Problem?>(
            partition,
            async current =>
            {
                var guard = current.Guard;
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
                    await ScheduleSweepAsync(guard, cancellationToken);
                }

                current.Save(guard);
                return null;
            },
            cancellationToken);
    }

    private async Task ScheduleSweepAsync(GuardEntity guard, CancellationToken cancellationToken)
    {
        if (guard.SweepDue <= time.GetUtcNow())
        {
            guard.SweepDue = guard.FailuresEnd;
            await housekeeping.EnqueueAsync(new AddressSweep(guard.PartitionKey, guard.SweepDue), cancellationToken);
        }
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
            var windowStart = (now - options.SignInWindow).ToUnixTimeSeconds();
            guard.FailureTimes = [.. guard.FailureTimes.Where(seconds => seconds > windowStart), now.ToUnixTimeSeconds()];
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
