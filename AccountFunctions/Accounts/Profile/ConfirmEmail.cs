using AccountFunctions.Accounts.SignUp;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Lifecycle.Names;
using AccountFunctions.Security;
using AccountFunctions.Security.Codes;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.Profile;

public sealed record ConfirmEmailRequest(
    [Field(
        "The code mailed to the new address. Separators and white space around it are ignored.", Kind = FieldKind.Code, Required = true)]
    Member<string> Code = default);

/// <summary>
/// Redeems the code mailed to the new address, and moves the account there. Every try is written conditionally before it is answered, as in
/// <see cref="Activate"/>.
/// </summary>
[Operation(
    "Confirm the new address",
    Description = "Redeems the code that `email` mailed. Sessions continue. The old address gets a notice. For 72 hours, a code mailed "
        + "there (`code`, then `forgot`) restores it. Repeating the call within ten minutes gets the same answer.",
    Refusals = [nameof(Problem.InvalidCode)],
    HasETag = true)]
public sealed class ConfirmEmail(AccountStore accounts, VerificationCodes codes, AddressMoves moves, TimeProvider time)
{
    public async Task<Result<UserReply>> HandleAsync(ConfirmEmailRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        if (errors.RequiredCode("code", request.Code, codes.Digits) is not { } code)
        {
            return errors.ToProblem();
        }

        var now = time.GetUtcNow();
        var redeemed = await accounts.ChangeAsync(
            caller.Request with { WithEmailChange = true }, partition => Redeem(partition, code, caller, now), cancellationToken);
        if (redeemed.IsRefused)
        {
            return redeemed.Problem;
        }

        var moved = await moves.FinishAsync(caller.Account.Id, redeemed.Reply, cancellationToken);
        return moved.IsRefused ? moved.Problem : UserReply.WithETag(moved.Reply);
    }

    /// <returns>The key of the address whose code the caller redeemed.</returns>
    private Result<string> Redeem(AccountPartition partition, string code, Caller caller, DateTimeOffset now)
    {
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

        if (change.IsRedeemed)
        {
            return change.AddressKey;
        }

        if (AddressMoves.RefusalOf(partition.Account, change.AddressKey, now) is { } reserved)
        {
            return reserved;
        }

        (change.IsRedeemed, change.Redeemed, change.Expires) = (true, now, now + Lifetimes.Repeat);
        (change.SessionId, change.Client) = (caller.SessionId, caller.Client);
        partition.Save(change);
        partition.Enqueue(AddressMoves.FollowMove(partition.Key, now));
        return change.AddressKey;
    }
}
