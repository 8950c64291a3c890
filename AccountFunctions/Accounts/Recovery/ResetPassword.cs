using AccountFunctions.Contract;
using AccountFunctions.Security;
using AccountFunctions.Storage;

namespace AccountFunctions.Accounts;

public sealed record ResetPasswordRequest(
    [Field("The e-mail address. Outer white space is ignored.", Kind = FieldKind.Address, Required = true)]
    Member<string> Username = default,
    [Field("The newest mailed code. Outer white space is ignored.", Kind = FieldKind.Code, Required = true)] Member<string> Code = default,
    [Field("The password from now on.", Kind = FieldKind.NewPassword, Required = true)] Member<string> NewPassword = default);

/// <summary>
/// Sets a new password for a mailed reset code, ends every session and lifts a sign-in delay; it does not sign in. Every attempt is written
/// conditionally before it is answered, as in <see cref="Activate"/>.
/// </summary>
[Operation(
    "Reset a forgotten password",
    Description = "Redeems the code that `code` mailed. Ends every session, and does not sign in. "
        + "A refused password does not use up the code. The owner gets a mail.",
    Refusals = [nameof(Problem.InvalidCode)])]
public sealed class ResetPassword(
    AddressStore addresses,
    AccountStore accounts,
    VerificationCodes codes,
    Passwords passwords,
    PasswordSetter setter,
    MailRequests mails,
    TimeProvider time)
{
    public async Task<Result<Success>> HandleAsync(ResetPasswordRequest request, Visitor visitor, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var address = errors.RequiredAddress("username", request.Username);
        var code = errors.Required("code", request.Code)?.Trim();
        var password = errors.Required("new_password", request.NewPassword);
        if (password is not null && passwords.Check(password, address?.Canonical ?? "") is { } fault)
        {
            errors.Add("new_password", fault);
        }

        if (address is null || code is null || password is null || errors.Any)
        {
            return errors.ToProblem();
        }

        Credential? credential = null;
        var redeemed = await addresses.ChangeAsync<Redeemed>(
            address.Key,
            visitor.Admission,
            async partition =>
            {
                var open = partition.ResetCode is { } row && row.IsLive(time.GetUtcNow()) ? row : null;
                var account = await CheckAsync(partition, open, code, password, cancellationToken);
                if (account.IsRefused)
                {
                    CountTry(partition, open, account.Problem);
                    return account.Problem;
                }

                // Before the code is used up: a full hash gate must not cost the person the code.
                credential ??= await passwords.ReplaceAsync(account.Reply.Credential, password, cancellationToken);
                var notify = mails.TryCountNotice(partition);
                partition.Guard.ClearFailures();
                partition.Save(partition.Guard);
                partition.Delete(open ?? new ResetCodeEntity(partition.Key));
                return new Redeemed(account.Reply.Id, credential, notify);
            },
            cancellationToken);
        return redeemed.IsRefused
            ? redeemed.Problem
            : await setter.ResetAsync(
                address.Key, redeemed.Reply.AccountId, redeemed.Reply.Credential, redeemed.Reply.Notify, cancellationToken);
    }

    /// <summary>The account whose password the code resets.</summary>
    private async Task<Result<AccountEntity>> CheckAsync(
        AddressPartition partition, ResetCodeEntity? open, string code, string password, CancellationToken cancellationToken)
    {
        var isRight = open is not null && codes.Matches(code, CodePurpose.Reset, partition.Key, open.Nonce);
        var account = isRight && partition.Claim is { } claim ? await accounts.FindUsableAsync(claim.AccountId, cancellationToken) : null;
        return account is null ? Problem.InvalidCode
            : passwords.Check(password, account.FirstName, account.LastName, account.FirstName + account.LastName) is { } fault
                ? Problem.Field("new_password", fault)
            : account;
    }

    private static void CountTry(AddressPartition partition, ResetCodeEntity? open, Problem problem)
    {
        if (open is null)
        {
            partition.PretendChange();
            return;
        }

        // A refused password costs no try, but is written all the same.
        open.TriesLeft -= problem == Problem.InvalidCode ? 1 : 0;
        partition.Save(open);
    }

    private sealed record Redeemed(string AccountId, Credential Credential, bool Notify);
}
