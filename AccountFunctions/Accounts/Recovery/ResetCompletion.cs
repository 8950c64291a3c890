using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Values;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts.Recovery;

/// <summary>
/// Applies a redeemed reset code to the account: sets the new password, which ends every session and access token. Repeated calls change
/// nothing more.
/// </summary>
public sealed partial class ResetCompletion(AccountStore accounts, TimeProvider time, ILogger<ResetCompletion> logger)
{
    /// <param name="addressKey">Key of the address that the code was mailed to.</param>
    public async Task<Result<Success>> CompleteAsync(string addressKey, Reset reset, Actor actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var request = new AccountRequest(reset.AccountId)
        {
            WithEmailChange = true,
            WithWaysIn = true,
            Device = reset.Device,
            Allows = AccountStates.AllowsMail,
            Otherwise = Problem.InvalidCode,
        };
        var completed = await accounts.ChangeAsync<Success>(
            request,
            partition =>
            {
                // A redeemed code wins over everything but a later code, so that a thief with the password or a session cannot block it.
                var account = partition.Account;
                if (account.LastReset >= reset.Time)
                {
                    return account.LastReset == reset.Time ? Success.Done : Problem.InvalidCode;
                }

                if (account.MailboxAt(addressKey, reset.Time) is null)
                {
                    return Problem.InvalidCode;
                }

                if (reset.TakeBackNonce is { } nonce && account.RecoveryNonce != nonce)
                {
                    return Problem.InvalidCode;
                }

                account.TakenBackNonce = reset.TakeBackNonce;
                TakeBack(partition, addressKey, actor, reset.Time, now);
                account.LastReset = reset.Time;
                account.SetPassword(reset.Credential, reset.Time);
                partition.Save(account);
                if (reset.Device is not null && partition.Device is { } device)
                {
                    device.PasswordChanged = account.PasswordChanged;
                    device.ClearFailures();
                    partition.Save(device);
                }

                partition.Record(Act.PasswordReset, actor, reset.Time, [addressKey]);
                return Success.Done;
            },
            cancellationToken);
        if (!completed.IsRefused)
        {
            LogReset(reset.AccountId);
        }

        return completed;
    }

    /// <summary>Ends the repeats of a take-back code: with another password, they are guesses at the new one.</summary>
    /// <param name="guessedAt">The account as read for the guess.</param>
    public Task<Result<Success>> VoidTakeBackAsync(AccountEntity guessedAt, CancellationToken cancellationToken)
    {
        var nonce = guessedAt.TakenBackNonce;
        return accounts.ChangeAsync<Success>(
            new AccountRequest(guessedAt.Id) { Account = guessedAt },
            partition =>
            {
                if (partition.Account.TakenBackNonce == nonce)
                {
                    partition.Account.TakenBackNonce = null;
                    partition.Save(partition.Account);
                }

                return Success.Done;
            },
            cancellationToken);
    }

    // A code mailed to the recovery address restores that address. A code mailed to any address of the account cancels a deletion and an
    // open change of address, because a thief may have requested them.
    private static void TakeBack(
        AccountPartition partition, string addressKey, Actor actor, DateTimeOffset when, DateTimeOffset now)
    {
        var account = partition.Account;
        if (partition.EmailChange is { } change)
        {
            if (change.IsUnderWay(account))
            {
                partition.Enqueue(new AddressRelease(account.Id, change.AddressKey, now + Retention.Request));
            }

            partition.Delete(change);
        }

        if (addressKey == account.RecoveryKey)
        {
            partition.RecordLeaving(Act.EmailRestored, actor, when, account.AddressKey, account.Mailbox);
            partition.Enqueue(new AddressRelease(account.Id, account.AddressKey, now + Retention.Request));
            RemoveWaysIn(partition, account.Moved, actor, when, now);
            account.Recover();
        }

        if (account.DeletesAt is not null)
        {
            account.DeletesAt = null;
            partition.Record(Act.Restored.InSilence(), actor, when);
        }
    }

    // A thief who moved the account may have added them, and would keep a way in, or its owner out. Passkeys and identities of the days
    // before the move go too, because a thief may have added them first, and an owner adds them again. A second factor of before stays:
    // an owner sets one up, and then leaves an address whose mailbox others read.
    private static void RemoveWaysIn(
        AccountPartition partition, DateTimeOffset since, Actor actor, DateTimeOffset when, DateTimeOffset now)
    {
        var before = since - Retention.FormerAddress;
        foreach (var passkey in partition.WaysIn.Passkeys.Where(passkey => passkey.Created >= before))
        {
            partition.Delete(passkey);
            partition.Record(Act.PasskeyRemoved.InSilence(), actor, when, passkey.Id);
        }

        foreach (var identity in partition.WaysIn.Identities.Where(identity => identity.Created >= before))
        {
            partition.Delete(identity);
            partition.Enqueue(new AddressRelease(partition.Key, identity.Name, now + Retention.Request));
            partition.Record(Act.IdentityRemoved.InSilence(), actor, when, identity.Provider);
        }

        if (partition.Account.SecondFactorSince >= since)
        {
            partition.RemoveSecondFactor();
            partition.Record(Act.TotpRemoved.InSilence(), actor, when);
        }
    }

    [LoggerMessage(LogLevel.Information, "The password of account {AccountId} was reset.")]
    private partial void LogReset(string accountId);
}

/// <summary>A reset that a redeemed code has decided on.</summary>
/// <param name="Time">When the code was redeemed. If that call was interrupted, a repeated call finishes its reset.</param>
public sealed record Reset(string AccountId, Credential Credential, DateTimeOffset Time)
{
    /// <summary>Of the take-back code that was redeemed; null for a mailed code.</summary>
    public string? TakeBackNonce { get; init; }

    /// <summary>The device of the client, which stays good; null: it has none.</summary>
    public DeviceEntity? Device { get; init; }

    public static Result<Reset> Of(AccountEntity account, MailedCodeEntity redeemed, DeviceEntity? device) =>
        redeemed.Credential is { } credential
            ? new Reset(account.Id, credential, redeemed.Redeemed) { Device = device }
            : Problem.InvalidCode;
}
