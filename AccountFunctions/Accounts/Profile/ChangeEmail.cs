using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Lifecycle.Names;
using AccountFunctions.Security.Codes;
using AccountFunctions.Security.Throttling;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts.Profile;

public sealed record ChangeEmailRequest(
    [Field("The new email address. Leading and trailing white space is ignored.", Kind = FieldKind.Address, Required = true)]
    Member<string> Username = default) : ConfirmedRequest;

/// <summary>
/// Begins a change of address: mails a code to the new address. The operation does not check whether that address is taken. It writes the
/// same rows and the same job for every address, and the queue function decides which mail to send.
/// </summary>
[Operation(
    "Change the address",
    Description = "Mails a code to the new address, for `email/confirm`. The answer is the same if that address already has an account; "
        + "its owner gets a notice. Nothing changes until the code is redeemed.")]
public sealed partial class ChangeEmail(
    AccountStore accounts,
    CallerConfirmation confirmation,
    VerificationCodes codes,
    MailThrottle throttle,
    AddressMoves moves,
    TimeProvider time,
    ILogger<ChangeEmail> logger)
{
    private const int MostInADay = 5;
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private static readonly Problem UnderWay = Problem.Unavailable(Retention.Request);

    public async Task<Result<Success>> HandleAsync(ChangeEmailRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var confirmed = confirmation.Read(errors, request);
        var address = errors.RequiredAddress("username", request.Username);
        if (confirmed is null || address is null || errors.Any)
        {
            return errors.ToProblem();
        }

        var passed = await confirmation.ConfirmAsync(caller, confirmed, cancellationToken);
        if (passed.IsRefused)
        {
            return passed.Problem;
        }

        if (address.Canonical == caller.Account.Username)
        {
            // The mailbox is the same, so there is nothing to prove.
            return await accounts.ChangeAsync(caller.Request, partition => Respell(partition, address), cancellationToken);
        }

        var now = time.GetUtcNow();
        if (AddressMoves.RefusalOf(caller.Account, address.Key, now) is { } reserved)
        {
            return reserved;
        }

        return await throttle.PeekAsync(address.Key, now, cancellationToken) is { } throttled
            ? throttled
            : await IssueAsync(caller, address, now, cancellationToken);
    }

    private async Task<Result<Success>> IssueAsync(
        Caller caller, EmailAddress address, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var request = caller.Request with { WithEmailChange = true };
        var issued = await accounts.ChangeAsync(request, Decide, cancellationToken);
        if (issued.Problem == UnderWay)
        {
            // First finish a redeemed change that was interrupted: this request would overwrite its plan.
            await moves.FinishAsync(caller.Account.Id, addressKey: null, cancellationToken);
            issued = await accounts.ChangeAsync(request with { Account = null }, Decide, cancellationToken);
        }

        if (!issued.IsRefused)
        {
            LogRequested(caller.Account.Id);
        }

        return issued;

        Result<Success> Decide(AccountPartition partition)
        {
            if (partition.EmailChange?.IsUnderWay(partition.Account) == true)
            {
                return UnderWay;
            }

            if (AddressMoves.RefusalOf(partition.Account, address.Key, now) is { } reserved)
            {
                return reserved;
            }

            if (TryCount(partition.Account, now) is { } wait)
            {
                return Problem.Throttled(ThrottleKind.AddressChange, wait);
            }

            var change = partition.NewEmailChange();
            codes.Issue(change, CodePurpose.EmailChange, now);
            (change.Username, change.Mailbox) = (address.Canonical, address.Mailbox);
            partition.Save(change);
            partition.Save(partition.Account);
            partition.Enqueue(moves.FollowCode(partition.Key, now));
            partition.Enqueue(new EmailJob(MailKind.EmailChange, address.Key, partition.Key, now));
            return Success.Done;
        }
    }

    // One account must not spend the deployment's mails.
    private static TimeSpan? TryCount(AccountEntity account, DateTimeOffset now)
    {
        var times = account.EmailChangeTimes.Where(time => time > (now - Day).ToUnixTimeSeconds()).ToList();
        if (times.Count >= MostInADay)
        {
            return DateTimeOffset.FromUnixTimeSeconds(times[^MostInADay]) + Day - now;
        }

        account.EmailChangeTimes = [.. times, now.ToUnixTimeSeconds()];
        return null;
    }

    private static Result<Success> Respell(AccountPartition partition, EmailAddress address)
    {
        if (partition.Account.Mailbox != address.Mailbox)
        {
            partition.Account.Mailbox = address.Mailbox;
            partition.Save(partition.Account);
        }

        return Success.Done;
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} requested a change of address.")]
    private partial void LogRequested(string accountId);
}
