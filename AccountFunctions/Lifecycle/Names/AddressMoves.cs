using AccountFunctions.Contract.Answers;
using AccountFunctions.Security;
using AccountFunctions.Security.Codes;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Lifecycle.Names;

/// <summary>
/// Moves an account to the address whose code its owner redeemed, see <see cref="NameClaims"/>. The redeemed code is the plan.
/// </summary>
public sealed partial class AddressMoves(
    AccountStore accounts, NameClaims names, Lifetimes lifetimes, TimeProvider time, ILogger<AddressMoves> logger)
    : IJobHandler<AddressMove>
{
    /// <summary>
    /// The one place that decides whether an account may move to an address. While its former address is reserved for recovery, it may move
    /// only back there.
    /// </summary>
    public static Problem? RefusalOf(AccountEntity account, string addressKey, DateTimeOffset now) =>
        account.WaitBeforeMoveTo(addressKey, now) is { } wait ? Problem.Throttled(ThrottleKind.AddressChange, wait) : null;

    /// <summary>The job that finishes a move if the request that redeemed the code does not.</summary>
    public static AddressMove FollowMove(string accountId, DateTimeOffset redeemed) => new(accountId, redeemed + Retention.Request);

    /// <summary>The job that removes a code after it has expired.</summary>
    public AddressMove FollowCode(string accountId, DateTimeOffset issued) => new(accountId, lifetimes.EndOfMail(issued));

    /// <summary>Finishes the move in progress, if there is one.</summary>
    /// <param name="addressKey">Where the caller wants the account to be; null: wherever it is going.</param>
    /// <returns>
    /// The account at its new address; <c>invalid_code</c> if the account is gone, another account has the address, or somebody has
    /// cancelled the move.
    /// </returns>
    public Task<Result<AccountEntity>> FinishAsync(string accountId, string? addressKey, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        return names.FinishAsync(
            Wanted(accountId),
            partition => Find(partition, now),
            partition => addressKey is null || partition.Account.AddressKey == addressKey,
            Problem.InvalidCode,
            cancellationToken);
    }

    public async Task HandleAsync(AddressMove job, CancellationToken cancellationToken)
    {
        await FinishAsync(job.AccountId, addressKey: null, cancellationToken);
        var now = time.GetUtcNow();
        await accounts.ChangeAsync<Success>(
            Wanted(job.AccountId),
            partition =>
            {
                if (partition.EmailChange is { } over && lifetimes.EndOfMail(over.Issued) <= now)
                {
                    partition.Delete(over);
                }

                return Success.Done;
            },
            cancellationToken);
    }

    private static AccountRequest Wanted(string accountId) => new(accountId) { WithEmailChange = true };

    private NamePlan? Find(AccountPartition read, DateTimeOffset now) =>
        read.EmailChange is { } change && change.IsUnderWay(read.Account) && read.Account.PurgeBegan is null
            ? new NamePlan(change.AddressKey, change.Nonce)
            {
                Prepare = (claim, former) => Prepare(claim, former, now),
                IsDone = partition => partition.Account.NeedsAddress(change.AddressKey, partition.EmailChange),
                TryApply = partition => TryApply(partition, change, now),
                Cancel = partition => partition.Delete(change),
            }
            : null;

    private static void Prepare(ClaimEntity claim, ClaimEntity? former, DateTimeOffset now)
    {
        (claim.Salt, claim.Clients) = (former?.Salt, former?.Clients ?? []);
        if (former?.SweepDue is { } due && due > now)
        {
            claim.SweepDue = due;
        }
    }

    private bool TryApply(AccountPartition partition, EmailChangeEntity change, DateTimeOffset now)
    {
        var account = partition.Account;
        if (RefusalOf(account, change.AddressKey, change.Redeemed) is not null)
        {
            return false;
        }

        var (former, mailbox) = (account.AddressKey, account.Mailbox);
        var act = account.MoveTo(change, VerificationCodes.NewNonce());
        if (account.DeletesAt is { } planned && planned < account.RecoveryEnd)
        {
            partition.Enqueue(new AccountPurge(account.Id, account.PlanDeletion(planned) + Retention.Request));
        }

        partition.Save(account);
        partition.RecordLeaving(act, new Actor(change.SessionId, change.Client), change.Redeemed, former, mailbox);
        partition.Enqueue(new AddressRelease(account.Id, former, account.RecoveryEnd ?? now + Retention.Request));
        LogMoved(account.Id);
        return true;
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} moves to a new address.")]
    private partial void LogMoved(string accountId);
}
