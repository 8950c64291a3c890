using AccountFunctions.Contract.Answers;
using AccountFunctions.Lifecycle;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts.Admin;

/// <summary>Finds and changes the accounts that administrators' calls name, and logs who changed them.</summary>
public sealed partial class AdministeredAccounts(
    AccountStore accounts, Administrators administrators, TimeProvider time, ILogger<AdministeredAccounts> logger)
{
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(1);

    /// <returns><c>not_found</c> if there is no such account.</returns>
    public async Task<Result<AccountEntity>> FindAsync(string id, CancellationToken cancellationToken) =>
        AccountEntity.IsId(id)
        && await accounts.FindAsync(id, cancellationToken) is { } account
        && account.StateAt(time.GetUtcNow()) is not AccountState.Gone
            ? account
            : Problem.NotFound;

    /// <summary>Changes an account as <see cref="AccountStore.ChangeAsync"/> does, and answers with its new state.</summary>
    /// <param name="operation">For the log.</param>
    /// <param name="decide">Gets the time of the change, which is the same after a lost race.</param>
    /// <param name="withWaysIn">Whether <paramref name="decide"/> needs them.</param>
    /// <param name="ends">Whether an administrator's account is none afterwards, or can sign in no more.</param>
    /// <returns><c>not_found</c> if there is no such account, <c>last_administrator</c> if the change would end the last one.</returns>
    public async Task<Result<AdministeredAccountReply>> ChangeAsync(
        string id,
        Administrator administrator,
        string operation,
        Func<AccountPartition, DateTimeOffset, Result<Success>> decide,
        CancellationToken cancellationToken,
        bool withWaysIn = false,
        bool ends = false)
    {
        var found = await FindAsync(id, cancellationToken);
        if (found.IsRefused)
        {
            return found.Problem;
        }

        if (ends && !await administrators.TryEndAsync(found.Reply, cancellationToken))
        {
            return Problem.LastAdministrator;
        }

        var now = time.GetUtcNow();
        var changed = await accounts.ChangeAsync<AccountEntity>(
            new AccountRequest(id) { Account = found.Reply, WithWaysIn = withWaysIn, Allows = state => state is not AccountState.Gone },
            partition =>
            {
                if (ends && Administrators.IsOne(partition.Account, now) && !Administrators.IsOne(found.Reply, now))
                {
                    // Since it was read, it has become an administrator, who may be the last.
                    return Problem.Unavailable(Retry);
                }

                var decided = decide(partition, now);
                return decided.IsRefused ? decided.Problem : partition.Account;
            },
            cancellationToken);
        if (changed.IsRefused)
        {
            return changed.Problem;
        }

        LogChanged(administrator.Account.Id, id, operation);
        return AdministeredAccountReply.WithETag(changed.Reply);
    }

    [LoggerMessage(LogLevel.Information, "Administrator {AdministratorId} changed account {AccountId}: {Operation}.")]
    internal partial void LogChanged(string administratorId, string accountId, string operation);
}
