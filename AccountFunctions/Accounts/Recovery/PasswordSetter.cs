using AccountFunctions.Contract;
using AccountFunctions.Email;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts;

/// <summary>Sets a new password. Every session and access token issued before ends, and the owner gets a mail.</summary>
public sealed partial class PasswordSetter(AccountStore accounts, MailRequests mails, TimeProvider time, ILogger<PasswordSetter> logger)
{
    /// <summary>Sets the password for a redeemed reset code. Once it is set, a repeated call changes nothing.</summary>
    /// <param name="addressKey">Key of the account's address.</param>
    public async Task<Result<Success>> ResetAsync(string addressKey, Reset reset, CancellationToken cancellationToken)
    {
        if (reset.Notify)
        {
            // When a call is repeated, the mail of its job has already been sent.
            await mails.EnqueueAsync(
                new EmailJob(EmailKind.PasswordReset, addressKey, reset.AccountId, reset.Time), cancellationToken);
        }

        LogReset(reset.AccountId);
        return await accounts.ChangeAsync<Result<Success>>(
            reset.AccountId,
            null,
            partition =>
            {
                if (partition.Account is not { } current)
                {
                    return Problem.InvalidCode;
                }

                if (current.Version != reset.Version)
                {
                    // Either this reset is done, or another change came after it.
                    return current.PasswordChanged == reset.Time ? Success.Done : Problem.InvalidCode;
                }

                Set(partition, current, reset.Credential, reset.Time);
                partition.Insert(new EventEntity(current.Id, EventKind.PasswordReset, reset.Time));
                return Success.Done;
            },
            cancellationToken);
    }

    /// <summary>Changes the caller's password. The session that calls goes on.</summary>
    /// <param name="addressKey">Key of the account's address.</param>
    /// <param name="notify">False if the address has had as many mails as it may.</param>
    public async Task<Result<Success>> ChangeAsync(
        string addressKey, Caller caller, Credential credential, bool notify, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var account = caller.Account;
        if (notify)
        {
            await mails.EnqueueAsync(new EmailJob(EmailKind.PasswordChanged, addressKey, account.Id, now), cancellationToken);
        }

        LogChanged(account.Id, caller.SessionId);
        return await accounts.ChangeAsync<Result<Success>>(
            account.Id,
            caller.SessionId,
            partition =>
            {
                // A caller whose token died meanwhile must not overwrite the password that killed it.
                if (partition.Account is not { } current || current.Version != account.Version)
                {
                    return Problem.TokenNotValid;
                }

                Set(partition, current, credential, now);
                partition.Insert(new EventEntity(current.Id, EventKind.PasswordChanged, now, caller.SessionId));
                if (partition.Session is { } session)
                {
                    session.Version = current.Version;
                    partition.Save(session);
                }

                return Success.Done;
            },
            cancellationToken);
    }

    private static void Set(AccountPartition partition, AccountEntity account, Credential credential, DateTimeOffset now)
    {
        account.Credential = credential;
        account.PasswordChanged = now;
        account.Version++;
        partition.Save(account);
    }

    [LoggerMessage(LogLevel.Information, "The password of account {AccountId} is reset.")]
    private partial void LogReset(string accountId);

    [LoggerMessage(LogLevel.Information, "The password of account {AccountId} is changed by session {SessionId}.")]
    private partial void LogChanged(string accountId, string sessionId);
}
