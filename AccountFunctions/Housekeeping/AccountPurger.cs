using AccountFunctions.Contract;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Housekeeping;

/// <summary>
/// Deletes accounts whose grace is over: the rows of their addresses, then their own, and the account's row last, so that a job that was
/// interrupted goes on. At each start of the app, and after each deletion, it looks for deletions whose job was lost.
/// </summary>
public sealed partial class AccountPurger(
    AddressStore addresses,
    AccountStore accounts,
    DeletionStore deletions,
    PurgeLog log,
    HousekeepingQueue queue,
    TimeProvider time,
    ILogger<AccountPurger> logger) : BackgroundService, IJobHandler<AccountPurge>
{
    // Longer than the queue takes for a job that is not lost.
    private static readonly TimeSpan Overdue = TimeSpan.FromHours(1);

    // Leaves room for the claim.
    private const int MostAtOnce = Partition.MaxRows - 1;

    /// <summary>Plans a deletion. Call it before the change that asks for it.</summary>
    public async Task PlanAsync(AccountPurge job, CancellationToken cancellationToken)
    {
        await deletions.AddPendingAsync(job, cancellationToken);
        await queue.EnqueueAsync(job, cancellationToken);
    }

    public async Task HandleAsync(AccountPurge job, CancellationToken cancellationToken)
    {
        var (partition, isBegun) = await BeginAsync(job.AccountId, cancellationToken);
        if (isBegun)
        {
            // Requests that read the account before may still write rows of it.
            LogBegun(job.AccountId);
            await PlanAsync(job with { Due = time.GetUtcNow() + Retention.Request }, cancellationToken);
        }
        else if (partition is { Account: { } account })
        {
            await log.AddAsync(account.Id, cancellationToken);
            string?[] keys = [account.AddressKey, account.RecoveryKey, partition.EmailChange?.AddressKey];
            foreach (var key in keys.OfType<string>().Distinct())
            {
                while (!await TryFreeAsync(key, account.Id, cancellationToken))
                {
                }
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
            // Under a new date, so that the next one who looks does not find it again.
            await PlanAsync(lost with { Due = now }, cancellationToken);
            await deletions.RemovePendingAsync(lost, cancellationToken);
            LogLost(lost.AccountId);
        }
    }

    /// <summary>Disables the account, so that nobody takes it back while it is being deleted.</summary>
    /// <returns>Null if there is nothing to delete; and whether this call has disabled the account.</returns>
    private Task<(AccountPartition? Partition, bool IsBegun)> BeginAsync(string accountId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return accounts.ChangeAsync<(AccountPartition?, bool)>(
            accountId,
            null,
            partition =>
            {
                if (partition.Account is not { DeletesAt: { } deletesAt } account || deletesAt > now)
                {
                    return (null, false);
                }

                if (account.Disabled)
                {
                    return (partition, false);
                }

                account.Disabled = true;
                partition.Save(account);
                return (partition, true);
            },
            cancellationToken);
    }

    /// <returns>False if rows are left that one transaction could not take.</returns>
    private Task<bool> TryFreeAsync(string addressKey, string accountId, CancellationToken cancellationToken) => addresses.ChangeAsync(
        addressKey,
        partition =>
        {
            if (partition.Claim is not { } claim || claim.AccountId != accountId)
            {
                return Task.FromResult(true);
            }

            var rows = partition.OtherRows.Take(MostAtOnce).ToList();
            rows.ForEach(partition.Delete);
            var isLast = rows.Count < MostAtOnce;
            if (isLast)
            {
                partition.Delete(claim);
            }

            return Task.FromResult(isLast);
        },
        cancellationToken);

    [LoggerMessage(LogLevel.Information, "Account {AccountId} is disabled, and deleted in a minute.")]
    private partial void LogBegun(string accountId);

    [LoggerMessage(LogLevel.Information, "Account {AccountId} is deleted.")]
    private partial void LogPurged(string accountId);

    [LoggerMessage(LogLevel.Warning, "The job that deletes account {AccountId} was lost; there is a new one.")]
    private partial void LogLost(string accountId);

    [LoggerMessage(LogLevel.Warning, "Lost deletions could not be looked for; the next start does.")]
    private partial void LogNotFound(Exception exception);
}
