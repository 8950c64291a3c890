using AccountFunctions.Contract;
using AccountFunctions.Housekeeping;
using AccountFunctions.Security;
using AccountFunctions.Storage;

namespace AccountFunctions.Accounts;

public sealed record ConfirmEmailRequest(
    [Field(
        "The code that the new address was mailed. Separators and outer white space are ignored.", Kind = FieldKind.Code, Required = true)]
    Member<string> Code = default);

/// <summary>
/// Redeems the code that was mailed to the new address, and moves the account there. Every try is written conditionally before it is
/// answered, as in <see cref="Activate"/>.
/// </summary>
[Operation(
    "Confirm the new address",
    Description = "Redeems the code that `email` mailed. Sessions go on. The old address gets a notice. For 72 hours a code mailed there "
        + "(`code`, then `forgot`) brings it back. The same call answers the same for ten minutes.",
    Refusals = [nameof(Problem.InvalidCode)],
    HasETag = true)]
public sealed class ConfirmEmail(
    AccountStore accounts, VerificationCodes codes, AddressMover mover, MailRequests mails, TimeProvider time)
{
    public async Task<Result<UserReply>> HandleAsync(ConfirmEmailRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        if (errors.RequiredCode("code", request.Code, codes.Digits) is not { } code)
        {
            return errors.ToProblem();
        }

        var redeemed = await accounts.ChangeAsync<Result<Success>>(
            caller.Account.Id,
            null,
            async partition =>
            {
                var now = time.GetUtcNow();
                if (partition.Account is not { } account || account.Version != caller.Account.Version)
                {
                    return Problem.TokenNotValid;
                }

                if (partition.EmailChange is not { } change || !change.TakesTries(now))
                {
                    return Problem.InvalidCode;
                }

                if (!codes.Matches(code, CodePurpose.EmailChange, change.AddressKey, change.Nonce))
                {
                    change.TriesLeft--;
                    partition.Save(change);
                    return Problem.InvalidCode;
                }

                if (!change.IsRedeemed)
                {
                    await RedeemAsync(change, caller, now, cancellationToken);
                    partition.Save(change);
                }

                return Success.Done;
            },
            cancellationToken);
        if (redeemed.IsRefused)
        {
            return redeemed.Problem;
        }

        return await mover.FinishAsync(caller.Account.Id, cancellationToken) is { } account
            ? UserReply.WithETag(account)
            : Problem.InvalidCode;
    }

    private async Task RedeemAsync(EmailChangeEntity change, Caller caller, DateTimeOffset now, CancellationToken cancellationToken)
    {
        (change.IsRedeemed, change.Redeemed, change.Expires) = (true, now, now + Lifetimes.Repeat);
        (change.SessionId, change.Client) = (caller.SessionId, caller.Client);
        await mover.FollowMoveAsync(caller.Account.Id, now, cancellationToken);
        await mails.CountNoticeAsync(caller.Account.AddressKey, cancellationToken);
    }
}
