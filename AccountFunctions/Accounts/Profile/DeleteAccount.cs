using AccountFunctions.Contract;
using AccountFunctions.Email;
using AccountFunctions.Housekeeping;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts;

public sealed record DeleteAccountRequest(
    [Field("The current password.", Kind = FieldKind.Password, Required = true)] Member<string> Password = default);

public sealed record DeleteAccountReply(
    [Field("When everything about the account is deleted.", Example = "2026-12-07T12:00:00Z")] DateTime DeletesAt);

/// <summary>Plans the deletion of the caller's account, and ends every session. Until it is due, the owner may take it back.</summary>
[Operation(
    "Delete the account",
    Description = "Ends every session, and deletes everything about the account when the grace is over. Until then `restore` or `forgot` "
        + "keep it. The owner gets a mail with the date.",
    Refusals = [nameof(Problem.InvalidPassword), nameof(Problem.TooManyRequests)])]
public sealed partial class DeleteAccount(
    AccountStore accounts,
    Reauthentication reauthentication,
    MailRequests mails,
    AccountPurger purger,
    IOptions<AccountOptions> options,
    TimeProvider time,
    ILogger<DeleteAccount> logger)
{
    public async Task<Result<DeleteAccountReply>> HandleAsync(
        DeleteAccountRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        if (reauthentication.Read(errors, "password", request.Password) is not { } password)
        {
            return errors.ToProblem();
        }

        var proved = await reauthentication.CheckAsync(caller, password, cancellationToken);
        if (proved.IsRefused)
        {
            return proved.Problem;
        }

        var account = caller.Account;
        var now = time.GetUtcNow();

        // Not while somebody else may still take the account back: a thief may have moved it.
        var recoveryKey = now < account.RecoveryUntil ? account.RecoveryKey : null;
        var deletesAt = now + options.Value.DeletionGrace;
        deletesAt = recoveryKey is not null && deletesAt < account.RecoveryUntil ? account.RecoveryUntil : deletesAt;
        if (await mails.NotifyAsync(EmailKind.DeletionRequested, account.AddressKey, account.Id, now, cancellationToken) is { } throttled)
        {
            // Nothing is deleted behind its owner's back.
            return throttled;
        }

        if (recoveryKey is not null)
        {
            await mails.NotifyAsync(EmailKind.DeletionRequested, recoveryKey, account.Id, now, cancellationToken);
        }


        // Not before this request has ended, even without a grace: the job would find nothing to delete.
        await purger.PlanAsync(new AccountPurge(account.Id, deletesAt + Retention.Request), cancellationToken);

        var version = account.Version;
        var planned = await accounts.ChangeAsync<Result<Success>>(
            account,
            partition =>
            {
                if (partition.Account is not { } current || current.Version != version)
                {
                    return Problem.TokenNotValid;
                }

                current.DeletesAt = deletesAt;
                current.Version++;
                partition.Save(current);
                partition.Insert(new EventEntity(current.Id, EventKind.DeletionRequested, now, caller.SessionId, caller.Client));
                return Success.Done;
            },
            cancellationToken);
        if (planned.IsRefused)
        {
            return planned.Problem;
        }

        LogPlanned(account.Id);
        return new DeleteAccountReply(deletesAt.UtcDateTime);
    }

    [LoggerMessage(LogLevel.Information, "The owner of account {AccountId} asks for its deletion.")]
    private partial void LogPlanned(string accountId);
}
