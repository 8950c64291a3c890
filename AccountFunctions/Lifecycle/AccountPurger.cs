using AccountFunctions.Contract.Answers;
using AccountFunctions.Lifecycle.Names;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Lifecycle;

/// <summary>
/// Deletes accounts whose grace period has ended: first the rows of their addresses, then their own, and the account's row last, so that an
/// interrupted job can continue. At each start of the app, and after each deletion, it looks for deletions whose job was lost.
/// </summary>
public sealed partial class AccountPurger(
    AccountStore accounts,
    DeletionStore deletions,
    PurgeLog log,
    NameClaims claims,
    JobSender sender,
    TimeProvider time,
    ILogger<AccountPurger> logger) : BackgroundService, IJobHandler<AccountPurge>
{
    // Longer than the queue takes to deliver a job.
    private static readonly TimeSpan Overdue = TimeSpan.FromHours(1);

    public async Task HandleAsync(AccountPurge job, CancellationToken cancellationToken)
    {
        if (await BeginAsync(job.AccountId, cancellationToken) is var (account, names))
        {
            await log.AddAsync(account.Id, cancellationToken);
            foreach (var name in names)
            {
                await claims.PurgeAsync(name, account.Id, cancellationToken);
            }

            await accounts.DeleteAsync(account.Id, cancellationToken);
            LogPurged(account.Id);
        }

        await deletions.RemovePendingAsync(job, cancellationToken);
        await FindLostAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await FindLostAsync(stoppingToken);
        }
        catch (Exception e) when (e.IsOutage() || e is OperationCanceledException)
        {
            LogNotFound(e);
        }
    }

    private async Task FindLostAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        foreach (var lost in await deletions.ListPendingAsync(now - Overdue, cancellationToken))
        {
            // List it with a new date, so that the next search does not find it again.
            await sender.SendAsync(lost with { Due = now }, cancellationToken);
            await deletions.RemovePendingAsync(lost, cancellationToken);
            LogLost(lost.AccountId);
        }
    }

    /// <summary>
    /// Disables the account, so that no request restores it halfway. A job deletes it a minute later, because requests that have already
    /// read the account may still write its rows.
    /// </summary>
    /// <returns>What to delete now; null if there is nothing to delete, or not yet.</returns>
    private async Task<(AccountEntity Account, List<string> Names)?> BeginAsync(
        string accountId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        (AccountEntity, List<string>)? due = null;
        await accounts.ChangeAsync<Success>(
            new AccountRequest(accountId) { WithEmailChange = true, WithWaysIn = true },
            partition =>
            {
                due = null;
                var account = partition.Account;
                if (account.PurgeBegan is { } began && began + Retention.Request <= now)
                {
                    due = (account, [.. account.Names(partition.EmailChange, partition.WaysIn)]);
                }
                else if (account.DeletesAt <= now && now < account.RecoveryEnd)
                {
                    // The owner of the recovery address may still take the account back.
                    partition.Enqueue(new AccountPurge(accountId, account.RecoveryEnd.Value + Retention.Request));
                }
                else if (account.DeletesAt <= now)
                {
                    (account.Disabled, account.PurgeBegan) = (true, account.PurgeBegan ?? now);
                    partition.Save(account);
                    partition.Enqueue(new AccountPurge(accountId, now + Retention.Request));
                    partition.Enqueue(EventFeed.Deleted(accountId, account.PurgeBegan.Value));
                    LogBegun(accountId);
                }

                return Success.Done;
            },
            cancellationToken);
        return due;
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} is being disabled; a job will delete it in a minute.")]
    private partial void LogBegun(string accountId);

    [LoggerMessage(LogLevel.Information, "Account {AccountId} was deleted.")]
    private partial void LogPurged(string accountId);

    [LoggerMessage(LogLevel.Warning, "The job that deletes account {AccountId} was lost; the app sent a new one.")]
    private partial void LogLost(string accountId);

    [LoggerMessage(LogLevel.Warning, "The search for lost deletions failed; the next start repeats it.")]
    private partial void LogNotFound(Exception exception);
}
