using AccountFunctions.Email;
using AccountFunctions.Security;
using AccountFunctions.Storage;

namespace AccountFunctions.Accounts;

/// <summary>What a changed and a reset password have in common: every session and access token issued before ends, and the owner gets a mail.</summary>
public sealed class PasswordSetter(AccountStore accounts, OptimisticRetry retry, EmailOutbox outbox, TimeProvider time)
{
    /// <param name="addressKey">Key of the account's address.</param>
    /// <param name="hash">Of the new password.</param>
    /// <param name="notify">False where the address has got as many mails as it may (<see cref="MailThrottle"/>).</param>
    /// <param name="caller">Whoever changes the password; that session goes on. Null for a reset.</param>
    public async Task<Result<Success>> SetAsync(string addressKey, AccountEntity account, string hash, bool notify, Caller? caller, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var (mail, history) = caller is null ? (EmailKind.PasswordReset, AccountEvent.PasswordReset) : (EmailKind.PasswordChanged, AccountEvent.PasswordChanged);
        if (notify)
        {
            await outbox.EnqueueAsync(new EmailJob(mail, addressKey, account.Id, now), cancellationToken);
        }


        return await retry.RunAsync<Result<Success>>(
            account.Id,
            async () =>
            {
                var finding = caller is null ? Task.FromResult<SessionEntity?>(null) : accounts.FindSessionAsync(account.Id, caller.SessionId, cancellationToken);
                var current = await accounts.FindAsync(account.Id, cancellationToken);
                var session = await finding;

                // A caller whose token died meanwhile must not overwrite the password that killed it.
                if (current is null || (caller is not null && current.Version != account.Version))
                {
                    return caller is null ? Problem.InvalidCode : Problem.TokenNotValid;
                }

                current.PasswordHash = hash;
                current.PasswordChanged = now;
                current.Version++;
                var batch = new PartitionBatch(account.Id);
                batch.Save(current);
                batch.Insert(new EventEntity(account.Id, history, now, caller?.SessionId));
                if (session is not null)
                {
                    session.Version = current.Version;
                    batch.Save(session);
                }

                return await accounts.TryCommitAsync(batch, cancellationToken) ? Success.Done : null;
            },
            cancellationToken);
    }
}
