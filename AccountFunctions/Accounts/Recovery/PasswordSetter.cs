using AccountFunctions.Contract;
using AccountFunctions.Email;
using AccountFunctions.Housekeeping;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts;

/// <summary>Sets a new password. Every session and access token issued before ends, and the owner gets a mail.</summary>
public sealed partial class PasswordSetter(
    AccountStore accounts, AddressReleaser releaser, MailRequests mails, TimeProvider time, ILogger<PasswordSetter> logger)
{
    /// <summary>Sets the password for a redeemed reset code. Once it is set, a repeated call changes nothing.</summary>
    /// <param name="addressKey">Key of the address that the code was mailed to.</param>
    /// <param name="client">What the client calls itself.</param>
    public async Task<Result<Success>> ResetAsync(string addressKey, Reset reset, string? client, CancellationToken cancellationToken)
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
            async partition =>
            {
                if (partition.Account is not { } current)
                {
                    return Problem.InvalidCode;
                }

                // A redeemed code wins over everything but a later one: whoever has the password or a session, a thief perhaps, must not be
                // able to get in its way.
                if (current.LastReset >= reset.Time)
                {
                    return current.LastReset == reset.Time ? Success.Done : Problem.InvalidCode;
                }

                if (!current.StateAt(reset.Time).AllowsMail() || current.MailboxAt(addressKey, reset.Time) is null)
                {
                    return Problem.InvalidCode;
                }

                await TakeBackAsync(partition, current, addressKey, reset.Time, cancellationToken);
                current.LastReset = reset.Time;
                Set(partition, current, reset.Credential, reset.Time);
                partition.Insert(new EventEntity(current.Id, EventKind.PasswordReset, reset.Time, client: client));
                return Success.Done;
            },
            cancellationToken);
    }

    // A code mailed to the recovery address brings that address back. A code mailed to any address of the account cancels a deletion and an
    // open change of address: its owner may not have asked for them.
    private async Task TakeBackAsync(
        AccountPartition partition, AccountEntity account, string addressKey, DateTimeOffset when, CancellationToken cancellationToken)
    {
        if (partition.EmailChange is { } change)
        {
            if (change.IsUnderWay(account))
            {
                await releaser.ReleaseLaterAsync(account.Id, change.AddressKey, when + Retention.Request, cancellationToken);
            }

            partition.Delete(change);
        }

        if (addressKey == account.RecoveryKey)
        {
            await releaser.LeaveAsync(account.Id, account.AddressKey, when, when + Retention.Request, cancellationToken);
            partition.Insert(new EventEntity(account.Id, EventKind.EmailRestored, when) { Mailbox = account.Mailbox });
            account.Recover();
        }

        if (account.DeletesAt is not null)
        {
            account.DeletesAt = null;
            partition.Insert(new EventEntity(account.Id, EventKind.Restored, when));
        }
    }

    /// <summary>Changes the caller's password. The session that calls goes on, and so does its device.</summary>
    /// <param name="device">As it was just read; null if the session has none.</param>
    /// <param name="notify">False if the address has had as many mails as it may.</param>
    public async Task<Result<Success>> ChangeAsync(
        Caller caller, DeviceEntity? device, Credential credential, bool notify, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var account = caller.Account;
        if (notify)
        {
            await mails.EnqueueAsync(new EmailJob(EmailKind.PasswordChanged, account.AddressKey, account.Id, now), cancellationToken);
        }

        LogChanged(account.Id, caller.SessionId);
        if (device is not null)
        {
            // First: a failure after the change would hide it. If the change fails, the client gets another device with its next sign-in.
            await accounts.ChangeAsync(
                device,
                current =>
                {
                    current.PasswordChanged = now;
                    return null;
                },
                cancellationToken);
        }

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
                partition.Insert(new EventEntity(current.Id, EventKind.PasswordChanged, now, caller.SessionId, caller.Client));
                if (partition.EmailChange is { } change && !change.IsRedeemed)
                {
                    partition.Delete(change);
                }

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
