using System.Text.Json.Serialization;
using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security;
using AccountFunctions.Security.Codes;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts.SignUp;

public sealed record ActivateRequest(
    [Field("The email address. Leading and trailing white space is ignored.", Kind = FieldKind.Address, Required = true)]
    Member<string> Username = default,
    [Field("The code of the newest mail. Separators and white space around it are ignored.", Kind = FieldKind.Code, Required = true)]
    Member<string> Code = default);

public enum ActivateReply
{
    [JsonStringEnumMemberName("success")] Done,
    [JsonStringEnumMemberName("set_password")] SetPassword,
}

/// <summary>
/// Redeems an activation code: its registration becomes the account of the address, and all other registrations there become void. Every
/// try is written conditionally before it is answered, so parallel guesses use up tries like sequential ones.
/// </summary>
[Operation(
    "Confirm an address",
    Description = "Redeems the code mailed for the registration. The account then exists and can sign in. `set_password`: someone else "
        + "also registered the address with another password, so the account has none yet; a mail brings a code that sets one with "
        + "`forgot`. Repeating the call within ten minutes gets the same answer.",
    Refusals = [nameof(Problem.InvalidCode)])]
public sealed partial class Activate(
    AddressStore addresses,
    NewAccounts accounts,
    VerificationCodes codes,
    PasswordMails mails,
    Lifetimes lifetimes,
    TimeProvider time,
    ILogger<Activate> logger)
{
    public async Task<Result<ActivateReply>> HandleAsync(ActivateRequest request, Visitor visitor, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var address = errors.RequiredAddress("username", request.Username);
        var code = errors.RequiredCode("code", request.Code, codes.Digits);
        if (address is null || code is null || errors.Any)
        {
            return errors.ToProblem();
        }

        var (isRepeated, now) = (false, time.GetUtcNow());
        var result = await addresses.ChangeAsync<ClaimEntity>(
            new AddressRequest(address.Key) { Admission = visitor.Admission },
            partition =>
            {
                if (partition.Claim is { } owned)
                {
                    isRepeated = IsRepeated(partition, owned, code, now);
                    return isRepeated ? owned : Problem.InvalidCode;
                }

                var live = partition.NewestPendings.Where(pending => pending.IsLive(now)).ToList();
                if (live.FindLast(pending => Matches(code, partition.Key, pending.Nonce)) is not { } redeemed)
                {
                    partition.CountTry(live);
                    return Problem.InvalidCode;
                }

                return Redeem(partition, redeemed, visitor, now);
            },
            cancellationToken);
        if (result.IsRefused)
        {
            return result.Problem;
        }

        if (!isRepeated)
        {
            LogActivated(result.Reply.AccountId);
        }

        return result.Reply.WasContested ? ActivateReply.SetPassword : ActivateReply.Done;
    }

    private bool Matches(string code, string addressKey, string nonce) =>
        codes.Matches(code, CodePurpose.Activation, addressKey, nonce);

    private bool IsRepeated(AddressPartition partition, ClaimEntity claim, string code, DateTimeOffset now)
    {
        if (now < claim.RepeatableUntil && claim.RedeemedNonce is { } nonce && claim.RepeatGuesses < codes.Tries)
        {
            var isRight = Matches(code, claim.PartitionKey, nonce);
            claim.RepeatGuesses = isRight ? claim.RepeatGuesses : claim.RepeatGuesses + 1;
            partition.Save(claim);
            return isRight;
        }

        partition.PretendChange();
        return false;
    }

    private ClaimEntity Redeem(AddressPartition partition, PendingEntity redeemed, Visitor visitor, DateTimeOffset now)
    {
        // A stranger's registration must not leave its password on the owner's account.
        var isContested = redeemed.IsContested
            || partition.Pendings.Any(other => now < other.Expires && other.Credential != redeemed.Credential);
        if (isContested)
        {
            mails.MailCode(partition, CodePurpose.Reset, now);
        }
        else
        {
            partition.VoidCodes(now);
        }

        partition.Create(accounts.From(redeemed, isContested, now), Act.Activated, visitor.Actor, now);
        var claim = new ClaimEntity(partition.Key, redeemed.Id)
        {
            Salt = redeemed.Credential.Salt,
            RedeemedNonce = redeemed.Nonce,
            RepeatableUntil = now + Lifetimes.Repeat,
            WasContested = isContested,
            Clients = [KnownClients.Fingerprint(visitor.Client)],

            // The sweep of the registration is the first job that follows the account.
            SweepDue = lifetimes.EndOfMail(redeemed.Issued),
        };
        partition.Take(claim);
        return claim;
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} activated.")]
    private partial void LogActivated(string accountId);
}
