using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Accounts.SignIn.Ways;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts.Recovery;

public sealed record RestoreAccountRequest(
    [Field("The email address. Leading and trailing white space is ignored.", Kind = FieldKind.Address, Required = true)]
    Member<string> Username = default,
    [Field("The password, exactly as it was typed.", Kind = FieldKind.Password, Required = true)] Member<string> Password = default,
    [Field("As in `login`.", Kind = FieldKind.Otp)] Member<string> Otp = default,
    [Field("As in `login`.", Nullable = true, Example = TokenReplies.DeviceExample)]
    Member<string> Device = default);

/// <summary>Cancels the pending deletion of an account, and signs in.</summary>
[Operation(
    "Restore an account",
    Description = "Cancels the deletion that `delete` scheduled, and signs in. If no deletion is pending, the answer is the same as for a "
        + "wrong password, and it counts as one. The owner gets a mail. An expired account is also kept, but not signed in.",
    Refusals =
    [
        nameof(Problem.InvalidCredentials), nameof(Problem.NotActive), nameof(Problem.ExpiredAccount), nameof(Problem.DisabledAccount),
        nameof(Problem.OtpRequired), nameof(Problem.InvalidOtp),
    ])]
public sealed partial class RestoreAccount(
    PasswordProver prover,
    SignInGate gate,
    AccountStore accounts,
    Sessions sessions,
    TimeProvider time,
    ILogger<RestoreAccount> logger)
{
    public async Task<Result<TokenReply>> HandleAsync(RestoreAccountRequest request, Visitor visitor, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var otp = SecondFactor.Read(errors, request.Otp);
        if (prover.Read(errors, request.Username, request.Password, request.Device) is not { } claim)
        {
            return errors.ToProblem();
        }

        var proved = await prover.ProveAsync(claim, visitor, cancellationToken);
        var passed = await gate.PassAsync(proved, otp, SignInIntent.Restore, cancellationToken);
        if (passed.IsRefused)
        {
            return passed.Problem;
        }

        var restored = await RestoreAsync(passed.Reply.Account, visitor, cancellationToken);
        return restored.IsRefused ? restored.Problem
            : restored.Reply.StateAt(time.GetUtcNow()) is AccountState.Expired ? Problem.ExpiredAccount
            : await sessions.OpenAsync(passed.Reply, restored.Reply, visitor, cancellationToken);
    }

    private async Task<Result<AccountEntity>> RestoreAsync(AccountEntity account, Visitor visitor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var request = new AccountRequest(account.Id)
        {
            Account = account,
            Allows = AccountStates.AllowsMail,
            Otherwise = Problem.InvalidCredentials,
        };
        var restored = await accounts.ChangeAsync<AccountEntity>(
            request,
            partition =>
            {
                if (partition.Account.DeletesAt is null)
                {
                    // The gate lets a repeated call in for a while.
                    return partition.Account;
                }

                (partition.Account.DeletesAt, partition.Account.Restored) = (null, now);
                partition.Save(partition.Account);
                partition.Record(Act.Restored, visitor.Actor, now);
                return partition.Account;
            },
            cancellationToken);
        if (!restored.IsRefused)
        {
            LogRestored(account.Id);
        }

        return restored;
    }

    [LoggerMessage(LogLevel.Information, "The deletion of account {AccountId} was cancelled.")]
    private partial void LogRestored(string accountId);
}
