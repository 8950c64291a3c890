using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Lifecycle;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts.Profile;

public sealed record DeleteAccountRequest : ConfirmedRequest;

public sealed record DeleteAccountReply(
    [Field("When everything about the account is deleted.", Example = "2026-12-07T12:00:00Z")] DateTime DeletesAt);

/// <summary>
/// Schedules the deletion of the caller's account, and ends every session. Until then, the owner can restore the account.
/// </summary>
[Operation(
    "Delete the account",
    Description = "Ends every session, and deletes everything about the account after a grace period. Until then, `restore` or `forgot` "
        + "cancels the deletion. The owner gets a mail with the date.",
    Refusals = [nameof(Problem.LastAdministrator)])]
public sealed partial class DeleteAccount(
    AccountStore accounts,
    CallerConfirmation confirmation,
    Administrators administrators,
    IOptions<AccountOptions> options,
    TimeProvider time,
    ILogger<DeleteAccount> logger)
{
    public async Task<Result<DeleteAccountReply>> HandleAsync(
        DeleteAccountRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        if (confirmation.Read(errors, request) is not { } confirmed)
        {
            return errors.ToProblem();
        }

        var passed = await confirmation.ConfirmAsync(
            caller, confirmed, cancellationToken, caller.IsRepeat ? SignInIntent.Repeat : SignInIntent.Confirm);
        if (passed.IsRefused)
        {
            return passed.Problem;
        }

        if (caller is { IsRepeat: true, Account.DeletesAt: { } planned })
        {
            return new DeleteAccountReply(planned.UtcDateTime);
        }

        if (!await administrators.TryEndAsync(caller.Account, cancellationToken))
        {
            return Problem.LastAdministrator;
        }

        var now = time.GetUtcNow();
        var requested = await accounts.ChangeAsync<DeleteAccountReply>(
            caller.Request,
            partition => new DeleteAccountReply(
                partition.RequestDeletion(now + options.Value.DeletionGrace, caller.Actor, now).UtcDateTime),
            cancellationToken);
        if (!requested.IsRefused)
        {
            LogPlanned(caller.Account.Id);
        }

        return requested;
    }

    [LoggerMessage(LogLevel.Information, "The owner of account {AccountId} requested its deletion.")]
    private partial void LogPlanned(string accountId);
}
