using AccountFunctions.Contract;
using AccountFunctions.Storage;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security;

/// <summary>
/// Slows down guessing at the password of an address, whether or not it has an account. Some failures within a window are free, then each
/// costs twice the delay of the one before; after 100 in a row only a reset helps (NIST SP 800-63B-4 §3.2.2), which only the owner of the
/// mailbox can do. A client that proves that it signed in with this password before is counted by itself, by the same numbers.
/// </summary>
public sealed class SignInThrottle(
    AddressStore addresses,
    AccountStore accounts,
    SignInAttempts attempts,
    HousekeepingQueue housekeeping,
    IOptions<ThrottleOptions> options,
    TimeProvider time)
{
    private const int MaxConsecutiveFailures = 100;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan NextTry = TimeSpan.FromSeconds(1);
    private readonly ThrottleOptions options = options.Value;

    /// <summary>Begin before you read what the attempt counts at, and dispose the attempt when it has its answer.</summary>
    /// <param name="deviceHash"><see cref="DeviceSecret.Hash"/> of what the client shows as its device; null if it shows none.</param>
    public SignInAttempt Begin(string addressKey, string? deviceHash) =>
        new(attempts.Begin(addressKey), deviceHash is null ? null : attempts.Begin(DeviceEntity.RowPrefix + deviceHash));

    /// <summary>The refusal of every attempt for the moment, with the right password too; null if an attempt may be made.</summary>
    /// <param name="device">Where the attempt counts; null: at its address.</param>
    public Problem? Delay(AddressPartition partition, DeviceEntity? device) => Delay(CounterOf(partition, device));

    /// <summary>
    /// Records an attempt. An outcome takes effect only after its write succeeds, so parallel guesses gain nothing. A correct password with
    /// no earlier or concurrent failure needs no write.
    /// </summary>
    /// <param name="device">Where the attempt counts; null: at its address.</param>
    /// <returns>Null if the outcome takes effect; otherwise the refusal of an attempt that came during a delay.</returns>
    public async Task<Problem?> RecordAsync(
        AddressPartition partition,
        DeviceEntity? device,
        SignInAttempt attempt,
        SignInOutcome outcome,
        CancellationToken cancellationToken)
    {
        var isAlone = device is null ? attempt.IsAloneAtAddress : attempt.IsAloneAtDevice;
        if (outcome is not SignInOutcome.Failed && !CounterOf(partition, device).HasFailures && isAlone)
        {
            return null;
        }

        // Another sign-in may have ended the device meanwhile. What cannot be counted is not answered.
        return device is null
            ? await addresses.ChangeAsync(partition, current => CountAsync(current, outcome, cancellationToken), cancellationToken)
            : await accounts.ChangeAsync(
                device,
                current => current.ETag == default ? Problem.Throttled(ThrottleKind.SignIn, NextTry) : Count(current, outcome),
                cancellationToken);
    }

    private static FailureCounter CounterOf(AddressPartition partition, DeviceEntity? device) =>
        device is null ? partition.Guard : device;

    private Problem? Delay(FailureCounter counter)
    {
        var now = time.GetUtcNow();
        if (counter.Failures >= MaxConsecutiveFailures && now < counter.FailuresEnd)
        {
            return Problem.Throttled(ThrottleKind.SignIn, options.MaxDelay > FirstDelay ? options.MaxDelay : FirstDelay);
        }

        return counter.LockedUntil > now ? Problem.Throttled(ThrottleKind.SignIn, counter.LockedUntil.Value - now) : null;
    }

    private async Task<Problem?> CountAsync(AddressPartition partition, SignInOutcome outcome, CancellationToken cancellationToken)
    {
        var refused = Count(partition.Guard, outcome);
        if (refused is null)
        {
            await ScheduleSweepAsync(partition.Guard, cancellationToken);
            partition.Save(partition.Guard);
        }

        return refused;
    }

    private Problem? Count(FailureCounter counter, SignInOutcome outcome)
    {
        if (Delay(counter) is { } refused)
        {
            return refused;
        }

        if (outcome is SignInOutcome.Succeeded)
        {
            counter.ClearFailures();
        }
        else if (outcome is SignInOutcome.Failed)
        {
            AddFailure(counter);
        }

        return null;
    }

    private async Task ScheduleSweepAsync(GuardEntity guard, CancellationToken cancellationToken)
    {
        if (guard.HasFailures && guard.SweepDue <= time.GetUtcNow())
        {
            guard.SweepDue = guard.FailuresEnd;
            await housekeeping.EnqueueAsync(new AddressSweep(guard.PartitionKey, guard.SweepDue), cancellationToken);
        }
    }

    private void AddFailure(FailureCounter counter)
    {
        var now = time.GetUtcNow();
        if (counter.FailuresEnd <= now)
        {
            counter.ClearFailures();
        }

        counter.Failures++;
        if (counter.Delays > 0 && now < counter.LockedUntil + options.SignInWindow)
        {
            counter.Delays++;
        }
        else
        {
            counter.Delays = 0;
            var windowStart = (now - options.SignInWindow).ToUnixTimeSeconds();
            counter.FailureTimes = [.. counter.FailureTimes.Where(seconds => seconds > windowStart), now.ToUnixTimeSeconds()];
            if (counter.FailureTimes.Count < options.SignInFailures)
            {
                return;
            }

            counter.FailureTimes = [];
            counter.Delays = 1;
        }

        var delay = FirstDelay * Math.Pow(2, Math.Min(counter.Delays - 1, 30));
        counter.LockedUntil = now + (delay < options.MaxDelay ? delay : options.MaxDelay);
    }
}
