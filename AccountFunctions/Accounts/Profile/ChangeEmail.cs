using AccountFunctions.Contract;
using AccountFunctions.Email;
using AccountFunctions.Housekeeping;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts;

public sealed record ChangeEmailRequest(
    [Field("The current password.", Kind = FieldKind.Password, Required = true)] Member<string> Password = default,
    [Field("The new e-mail address. Outer white space is ignored.", Kind = FieldKind.Address, Required = true)]
    Member<string> Username = default);

/// <summary>
/// Begins a change of address: mails a code to the new one. The operation does not look whether that address is taken: it writes the same
/// rows and the same job for every address, and the queue function finds out which mail to send.
/// </summary>
[Operation(
    "Change the address",
    Description = "Mails a code to the new address, for `email/confirm`. The answer is the same where that address has an account already; "
        + "its owner gets a notice. Until the code is redeemed, nothing changes.",
    Refusals = [nameof(Problem.InvalidPassword), nameof(Problem.TooManyRequests)])]
public sealed partial class ChangeEmail(
    AccountStore accounts,
    Reauthentication reauthentication,
    VerificationCodes codes,
    MailRequests mails,
    AddressMover mover,
    TimeProvider time,
    ILogger<ChangeEmail> logger)
{
    public async Task<Result<Success>> HandleAsync(ChangeEmailRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var password = reauthentication.Read(errors, "password", request.Password);
        var address = errors.RequiredAddress("username", request.Username);
        if (address is not null && address.Canonical == caller.Account.Username)
        {
            errors.Add("username", FieldError.Invalid);
        }

        if (password is null || address is null || errors.Any)
        {
            return errors.ToProblem();
        }

        var proved = await reauthentication.CheckAsync(caller, password, cancellationToken);
        if (proved.IsRefused)
        {
            return proved.Problem;
        }

        if (await mails.CountChangeAsync(proved.Reply.Partition, address.Key, cancellationToken) is { } throttled)
        {
            return throttled;
        }

        return await IssueAsync(caller.Account, address, cancellationToken);
    }

    private async Task<Result<Success>> IssueAsync(AccountEntity account, EmailAddress address, CancellationToken cancellationToken)
    {
        // A change that is redeemed and was interrupted comes first: its plan must not be overwritten.
        await mover.FinishAsync(account.Id, cancellationToken);
        var now = time.GetUtcNow();
        await mover.FollowCodeAsync(account.Id, now, cancellationToken);
        await mails.EnqueueAsync(new EmailJob(EmailKind.EmailChange, address.Key, account.Id, now), cancellationToken);
        LogRequested(account.Id);
        return await accounts.ChangeAsync<Result<Success>>(
            account.Id,
            null,
            partition =>
            {
                if (partition.Account is not { } current || current.Version != account.Version)
                {
                    return Problem.TokenNotValid;
                }

                if (partition.EmailChange?.IsUnderWay(current) == true)
                {
                    return Problem.Unavailable(Retention.Request);
                }

                var change = partition.NewEmailChange();
                codes.Issue(change, CodePurpose.EmailChange, now);
                (change.Username, change.Mailbox) = (address.Canonical, address.Mailbox);
                partition.Save(change);
                return Success.Done;
            },
            cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} asks for a new address.")]
    private partial void LogRequested(string accountId);
}
