using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Codes;
using AccountFunctions.Security.Factors;
using AccountFunctions.Storage.Accounts;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts.Factors;

public sealed record ConfirmTotpRequest(
    [Field("The code that the authenticator app shows.", Required = true, Example = "123456")] Member<string> Code = default);

public sealed record RecoveryCodesReply(
    [Field("Ten recovery codes. Each replaces the code of the app once. The app shows them only now.")]
    IReadOnlyList<string> RecoveryCodes);

/// <summary>
/// Turns on the second factor, once a code proves that the authenticator app has the secret. Every try is written conditionally before it
/// is answered, so a thief with an access token cannot guess a code and lock out the owner.
/// </summary>
[Operation(
    "Turn on the authenticator app",
    Description = "From now on, every sign-in and every change that asks for the password also needs `otp`. Sessions continue. The owner "
        + "gets a mail. Returns ten recovery codes. Repeating the call within ten minutes gets the same answer.",
    Refusals = [nameof(Problem.InvalidOtp)])]
public sealed partial class ConfirmTotp(AccountStore accounts, TotpSecrets secrets, TimeProvider time, ILogger<ConfirmTotp> logger)
{
    public async Task<Result<RecoveryCodesReply>> HandleAsync(
        ConfirmTotpRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        if (errors.RequiredCode("code", request.Code, TotpSecrets.Digits) is not { } code)
        {
            return errors.ToProblem();
        }

        var now = time.GetUtcNow();
        var nonce = VerificationCodes.NewNonce();
        var confirmed = await accounts.ChangeAsync<TotpEntity>(
            caller.Request with { WithWaysIn = true },
            partition =>
            {
                if (partition.WaysIn.Totp is not { TriesLeft: > 0 } totp || now >= totp.Expires || totp.IssuedBy != caller.SessionId)
                {
                    return Problem.InvalidOtp;
                }

                var step = secrets.FindStep(partition.Key, totp.Secret, code);
                var isActive = partition.Account.SecondFactorSince is not null;
                if (step is null || (isActive && step != totp.ConfirmedStep))
                {
                    totp.TriesLeft--;
                    partition.Save(totp);
                    return Problem.InvalidOtp;
                }

                return isActive ? totp : Enable(partition, totp, step.Value, nonce, caller.Actor, now);
            },
            cancellationToken);
        if (confirmed.IsRefused)
        {
            return confirmed.Problem;
        }

        LogEnabled(caller.Account.Id);
        return new RecoveryCodesReply(secrets.RecoveryCodesOf(caller.Account.Id, confirmed.Reply.RecoveryNonce ?? nonce));
    }

    private static TotpEntity Enable(
        AccountPartition partition, TotpEntity totp, long step, string nonce, Actor actor, DateTimeOffset now)
    {
        (totp.LastStep, totp.ConfirmedStep) = (step, step);
        (totp.RecoveryNonce, totp.RecoveryCodesMade, totp.RecoveryCodesMadeBy) = (nonce, now, actor.SessionId);
        partition.Save(totp);
        partition.Account.SecondFactorSince = now;
        partition.Save(partition.Account);
        partition.Record(Act.TotpEnabled, actor, now);
        return totp;
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} has turned on its authenticator app.")]
    private partial void LogEnabled(string accountId);
}
