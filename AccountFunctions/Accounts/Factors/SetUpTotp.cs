using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security;
using AccountFunctions.Security.Factors;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.Factors;

public sealed record SetUpTotpRequest : ConfirmedRequest;

public sealed record SetUpTotpReply(
    [Field("The secret in base32, for apps without a camera.", Example = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")] string Secret,
    [Field(
        "The secret as a URI, for a QR code.",
        Example = "otpauth://totp/Example:ada%40example.com?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Example")]
    string Uri);

/// <summary>Begins to set up an authenticator app (RFC 6238). The account has no second factor until the owner confirms it.</summary>
[Operation(
    "Set up an authenticator app",
    Description = "Returns a secret for the app, which waits ten minutes for `totp/confirm`. Until then, nothing changes. The same session "
        + "gets the same secret again while it waits.",
    Refusals = [nameof(Problem.TotpActive)])]
public sealed class SetUpTotp(AccountStore accounts, CallerConfirmation confirmation, TotpSecrets secrets, TimeProvider time)
{
    private const int Tries = 5;

    public async Task<Result<SetUpTotpReply>> HandleAsync(SetUpTotpRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        if (confirmation.Read(errors, request) is not { } confirmed)
        {
            return errors.ToProblem();
        }

        var passed = await confirmation.ConfirmAsync(caller, confirmed, cancellationToken);
        if (passed.IsRefused)
        {
            return passed.Problem;
        }

        var now = time.GetUtcNow();
        var fresh = secrets.New(caller.Account.Id);
        var stored = await accounts.ChangeAsync<TotpEntity>(
            caller.Request with { WithWaysIn = true },
            partition =>
            {
                if (partition.Account.SecondFactorSince is not null)
                {
                    return Problem.TotpActive;
                }

                if (partition.WaysIn.Totp is { TriesLeft: > 0 } waiting && now < waiting.Expires && waiting.IssuedBy == caller.SessionId)
                {
                    return waiting;
                }

                var totp = new TotpEntity(partition.Key)
                {
                    Secret = fresh,
                    IssuedBy = caller.SessionId,
                    Expires = now + Lifetimes.Repeat,
                    TriesLeft = Tries,
                };
                totp.Replace(partition.WaysIn.Totp);
                partition.Save(totp);
                return totp;
            },
            cancellationToken);
        return stored.IsRefused
            ? stored.Problem
            : new SetUpTotpReply(
                secrets.Show(caller.Account.Id, stored.Reply.Secret),
                secrets.UriOf(caller.Account.Id, stored.Reply.Secret, caller.Account.Username));
    }
}
