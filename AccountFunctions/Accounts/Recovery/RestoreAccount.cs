using AccountFunctions.Contract;
using AccountFunctions.Email;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts;

/// <summary>Takes a deletion back that the owner has asked for, and signs in.</summary>
[Operation(
    "Keep an account after all",
    Description = "Cancels the deletion that `delete` asked for, and signs in. Where no deletion is pending, the answer is that to a wrong "
        + "password, and it counts as one. The owner gets a mail. An account whose time is over is kept, too, but not signed in.",
    Refusals =
    [
        nameof(Problem.InvalidCredentials), nameof(Problem.NotActive), nameof(Problem.ExpiredAccount), nameof(Problem.DisabledAccount),
    ])]
public sealed partial class RestoreAccount(
    PasswordCheck check,
    AccountStore accounts,
    Sessions sessions,
    MailRequests mails,
    TimeProvider time,
    ILogger<RestoreAccount> logger)
{
    public async Task<Result<TokenReply>> HandleAsync(LoginRequest request, Visitor visitor, CancellationToken cancellationToken)
    {
        var known = await check.RunAsync(request, visitor, account => account.DeletesAt is not null, cancellationToken);
        if (known.IsRefused)
        {
            return known.Problem;
        }

        var user = known.Reply;
        if (user is { Refusal: { } refusal, State: not AccountState.DeletionPending })
        {
            return refusal;
        }

        var now = time.GetUtcNow();
        await mails.NotifyAsync(EmailKind.Restored, user.Partition.Key, user.Account.Id, now, cancellationToken);
        var restored = await accounts.ChangeAsync<Result<AccountEntity>>(
            user.Account,
            partition =>
            {
                if (partition.Account is not { } account || account.StateAt(now) is not AccountState.DeletionPending)
                {
                    return Problem.InvalidCredentials;
                }

                account.DeletesAt = null;
                partition.Save(account);
                partition.Insert(new EventEntity(account.Id, EventKind.Restored, now, client: visitor.Client));
                return account;
            },
            cancellationToken);
        if (restored.IsRefused)
        {
            return restored.Problem;
        }

        LogRestored(user.Account.Id);
        if (restored.Reply.StateAt(now) is AccountState.Expired)
        {
            return Problem.ExpiredAccount;
        }

        return await sessions.OpenAsync(user, restored.Reply, visitor.Client, cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "The deletion of account {AccountId} is taken back.")]
    private partial void LogRestored(string accountId);
}
