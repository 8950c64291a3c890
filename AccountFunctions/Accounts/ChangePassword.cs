using AccountFunctions.Documentation;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts;

public sealed record ChangePasswordRequest(
    [Field("The current password.", Kind = FieldKind.Password, Required = true)] Member<string> Password = default,
    [Field("The password from now on.", Kind = FieldKind.NewPassword, Required = true)] Member<string> NewPassword = default);

/// <summary>Replaces the caller's password. The old one is asked for again, and guessing it here is slowed down like guessing it at sign-in.</summary>
[Operation(
    "Change the password",
    Description = "Ends every other session and every access token issued before, this session's too: refresh next. The owner gets a mail.",
    Refusals = [nameof(Problem.InvalidPassword), nameof(Problem.TooManyRequests)])]
public sealed partial class ChangePassword(
    AddressStore addresses,
    OptimisticRetry retry,
    PasswordPolicy policy,
    PasswordHasher hasher,
    PasswordSetter setter,
    SignInAttempts attempts,
    SignInThrottle throttle,
    MailThrottle mailThrottle,
    TimeProvider time,
    ILogger<ChangePassword> logger)
{
    public async Task<Result<Success>> HandleAsync(ChangePasswordRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var account = caller.Account;
        var errors = new FieldErrors();
        var password = errors.Required("password", request.Password);
        var replacement = errors.Required("new_password", request.NewPassword);
        if (password is not null && policy.IsTooLong(password))
        {
            errors.Add("password", FieldError.TooLong);
        }

        if (replacement is not null && policy.Check(replacement, account.Username, account.FirstName, account.LastName, account.FirstName + account.LastName) is { } fault)
        {
            errors.Add("new_password", fault);
        }

        if (password is null || replacement is null || errors.Any)
        {
            return errors.ToProblem();
        }

        var addressKey = EmailAddress.KeyOf(account.Username);
        using var attempt = attempts.Begin(addressKey);
        var partition = await addresses.LoadAsync(addressKey, cancellationToken);
        if (throttle.Delay(partition.Guard) is { } delayed)
        {
            return delayed;
        }

        var right = await hasher.VerifyAsync(password, [account.PasswordHash], cancellationToken) == 0;
        var outcome = right ? SignInOutcome.Succeeded : SignInOutcome.Failed;
        if (await throttle.RecordAsync(partition, attempt, outcome, cancellationToken) is { } unheard)
        {
            return unheard;
        }

        if (!right)
        {
            return Problem.InvalidPassword;
        }

        var hash = await hasher.HashAsync(replacement, PasswordHasher.SaltOf(account.PasswordHash), cancellationToken);
        var notify = await PrepareAsync(partition, cancellationToken);
        LogChanged(account.Id, caller.SessionId);
        return await setter.SetAsync(addressKey, account, hash, notify, caller, cancellationToken);
    }

    /// <summary>Voids an open code and counts the notice; false if no more mail may go.</summary>
    private Task<bool> PrepareAsync(AddressPartition partition, CancellationToken cancellationToken)
    {
        var known = partition;
        return retry.RunAsync<bool>(
            partition.Key,
            async () =>
            {
                var current = known ?? await addresses.LoadAsync(partition.Key, cancellationToken);
                known = null;
                var batch = new PartitionBatch(partition.Key);
                var notify = mailThrottle.Count(current.Guard, time.GetUtcNow(), isNotice: true) is null;
                if (notify)
                {
                    batch.Save(current.Guard);
                }

                if (current.ResetCode is { } code)
                {
                    batch.Delete(code);
                }

                return batch.IsEmpty || await addresses.TryCommitAsync(batch, cancellationToken) ? notify : null;
            },
            cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "The password of account {AccountId} is changed by session {SessionId}.")]
    private partial void LogChanged(string accountId, string sessionId);
}
