using AccountFunctions.Contract.Answers;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Changes;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security.Throttling;

/// <summary>
/// Slows down password guessing at an address, whether or not it has an account. Some failures within a window are free, then each doubles
/// the delay of the one before. After 100 in a row, only a reset helps (NIST SP 800-63B-4 §3.2.2), which only the owner of the mailbox can
/// complete. A client that proves an earlier sign-in with this password is counted separately, with the same limits.
/// </summary>
public sealed class SignInThrottle(
    AddressStore addresses,
    AccountStore accounts,
    SignInAttempts attempts,
    IOptions<ThrottleOptions> options,
    TimeProvider time)
{
    private const int MaxConsecutiveFailures = 100;
    private static readonly TimeSpan FirstDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan NextTry = TimeSpan.FromSeconds(1);
    private readonly ThrottleOptions options = options.Value;

    /// <summary>Begin before you read the rows at which the attempt counts, and dispose the attempt after recording its outcome.</summary>
    /// <param name="deviceHash"><see cref="DeviceSecret.Hash"/> of the device secret that the client sent; null if none.</param>
    public SignInAttempt Begin(string addressKey, string? deviceHash) =>
        new(attempts.Begin(addressKey), deviceHash is null ? null : attempts.Begin(DeviceEntity.RowPrefix + deviceHash));

    /// <summary>The refusal during a delay, even with the right password; null if an attempt is allowed.</summary>
    public Problem? Delay(AddressPartition address, DeviceEntity? device) => DelayOf(device is null ? address.Guard : device);

    /// <summary>
    /// Records an attempt. Its outcome takes effect only after the write succeeds, so parallel guesses gain nothing. A right password
    /// without an earlier or concurrent failure needs no write.
    /// </summary>
    /// <returns>Null if the outcome takes effect; otherwise the refusal of an attempt during a delay.</returns>
    public async Task<Problem?> RecordAsync(SignInCounter counter, SignInOutcome outcome, CancellationToken cancellationToken)
    {
        var (address, device, attempt) = counter;
        var (hasFailures, isAlone) = device is null
            ? (address.Guard.HasFailures, attempt.IsAloneAtAddress)
            : (device.HasFailures, attempt.IsAloneAtDevice);
        if (outcome is not SignInOutcome.Failed && !hasFailures && isAlone)
        {
            return null;
        }

        var recorded = device is null
            ? await addresses.ChangeAsync(AddressRequest.Of(address), current => RecordAt(current, outcome), cancellationToken)
            : await accounts.ChangeAsync(
                new AccountRequest(device.PartitionKey) { WithAccount = false, Device = device },
                current => RecordAt(current, outcome),
                cancellationToken);
        return recorded.Problem;
    }

    private Result<Success> RecordAt(AddressPartition partition, SignInOutcome outcome)
    {
        var guard = partition.Guard;
        if (Count(guard, outcome) is { } refused)
        {
            return refused;
        }

        if (guard.HasFailures && guard.SweepDue <= time.GetUtcNow())
        {
            guard.SweepDue = guard.FailuresEnd;
            partition.Enqueue(new AddressSweep(guard.PartitionKey, guard.SweepDue));
        }

        partition.Save(guard);
        return Success.Done;
    }

    private Result<Success> RecordAt(AccountPartition partition, SignInOutcome outcome)
    {
        // Another sign-in may have removed the device in the meantime. An attempt that cannot be counted is refused.
        if (partition.Device is not { } device)
        {
            return Problem.Throttled(ThrottleKind.SignIn, NextTry);
        }

        if (Count(device, outcome) is { } refused)
        {
            return refused;
        }

        partition.Save(device);
        return Success.Done;
    }

    private Problem? Count(FailureCounter counter, SignInOutcome outcome)
    {
        if (DelayOf(counter) is { } refused)
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

    private Problem? DelayOf(FailureCounter counter)
    {
        var now = time.GetUtcNow();
        if (counter.Failures >= MaxConsecutiveFailures && now < counter.FailuresEnd)
        {
            return Problem.Throttled(ThrottleKind.SignIn, options.MaxDelay > FirstDelay ? options.MaxDelay : FirstDelay);
        }

        return counter.LockedUntil > now ? Problem.Throttled(ThrottleKind.SignIn, counter.LockedUntil.Value - now) : null;
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
