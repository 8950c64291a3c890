using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security;
using AccountFunctions.Security.Codes;
using AccountFunctions.Security.Factors;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.Factors;

public sealed record RenewRecoveryCodesRequest : ConfirmedRequest;

/// <summary>Replaces the recovery codes, used or not.</summary>
[Operation(
    "Make new recovery codes",
    Description = "Returns ten new recovery codes, and voids the earlier ones. The owner gets a mail. Repeating the call with the same "
        + "`otp` gets the same codes.",
    Refusals = [nameof(Problem.TotpInactive)])]
public sealed class RenewRecoveryCodes(AccountStore accounts, CallerConfirmation confirmation, TotpSecrets secrets, TimeProvider time)
{
    public async Task<Result<RecoveryCodesReply>> HandleAsync(
        RenewRecoveryCodesRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        if (confirmation.Read(errors, request) is not { } confirmed)
        {
            return errors.ToProblem();
        }

        var now = time.GetUtcNow();
        var totp = (await accounts.ListWaysInAsync(caller.Account.Id, cancellationToken)).Totp;
        var isRepeatable = totp?.RecoveryCodesMadeBy == caller.SessionId && now < totp.RecoveryCodesMade + Lifetimes.Repeat;
        var passed = await confirmation.ConfirmAsync(
            caller, confirmed, cancellationToken, isRepeatable ? SignInIntent.Repeat : SignInIntent.Confirm);
        if (passed.IsRefused)
        {
            return passed.Problem;
        }

        if (passed.Reply.IsRepeat && totp?.RecoveryNonce is { } made)
        {
            return new RecoveryCodesReply(secrets.RecoveryCodesOf(caller.Account.Id, made));
        }

        var nonce = VerificationCodes.NewNonce();
        var renewed = await accounts.ChangeAsync<Success>(
            caller.Request with { WithWaysIn = true },
            partition =>
            {
                if (partition.Account.SecondFactorSince is null || partition.WaysIn.Totp is not { } current)
                {
                    return Problem.TotpInactive;
                }

                (current.RecoveryNonce, current.UsedRecoveryCodes) = (nonce, []);
                (current.RecoveryCodesMade, current.RecoveryCodesMadeBy) = (now, caller.SessionId);
                partition.Save(current);
                partition.Record(Act.RecoveryCodesRenewed, caller.Actor, now);
                return Success.Done;
            },
            cancellationToken);
        return renewed.IsRefused
            ? renewed.Problem
            : new RecoveryCodesReply(secrets.RecoveryCodesOf(caller.Account.Id, nonce));
    }
}
