using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts.Factors;

public sealed record RemoveTotpRequest : ConfirmedRequest;

/// <summary>Turns off the second factor. A stolen password is not enough for it, nor a mailed code: the call needs <c>otp</c>.</summary>
[Operation(
    "Remove the authenticator app",
    Description = "Turns off the second factor, and voids the recovery codes. The owner gets a mail. Repeating the call within ten minutes "
        + "gets the same answer.",
    Refusals = [nameof(Problem.TotpInactive)])]
public sealed partial class RemoveTotp(
    AccountStore accounts, CallerConfirmation confirmation, TimeProvider time, ILogger<RemoveTotp> logger)
{
    public async Task<Result<Success>> HandleAsync(RemoveTotpRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        if (confirmation.Read(errors, request) is not { } confirmed)
        {
            return errors.ToProblem();
        }

        var now = time.GetUtcNow();
        var intent = IsRemovedBy(caller.Account, caller, now) ? SignInIntent.Repeat : SignInIntent.Confirm;
        var passed = await confirmation.ConfirmAsync(caller, confirmed, cancellationToken, intent);
        if (passed.IsRefused)
        {
            return passed.Problem;
        }

        return await accounts.ChangeAsync(
            caller.Request with { WithWaysIn = true }, partition => Remove(partition, caller, now), cancellationToken);
    }

    private static bool IsRemovedBy(AccountEntity account, Caller caller, DateTimeOffset now) => account.SecondFactorSince is null
        && account.SecondFactorRemovedBy == caller.SessionId && now < account.SecondFactorRemoved + Lifetimes.Repeat;

    private Result<Success> Remove(AccountPartition partition, Caller caller, DateTimeOffset now)
    {
        var account = partition.Account;
        if (account.SecondFactorSince is null)
        {
            return IsRemovedBy(account, caller, now) ? Success.Done : Problem.TotpInactive;
        }

        partition.RemoveSecondFactor();
        (account.SecondFactorRemoved, account.SecondFactorRemovedBy) = (now, caller.SessionId);
        partition.Save(account);
        partition.Record(Act.TotpRemoved, caller.Actor, now);
        LogRemoved(account.Id);
        return Success.Done;
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} is removing its authenticator app.")]
    private partial void LogRemoved(string accountId);
}
