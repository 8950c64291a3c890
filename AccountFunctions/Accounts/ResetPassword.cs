using AccountFunctions.Documentation;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts;

public sealed record ResetPasswordRequest(
    [Field("The e-mail address. Outer white space is ignored.", Kind = FieldKind.Address, Required = true)] Member<string> Username = default,
    [Field("The newest mailed code. Outer white space is ignored.", Kind = FieldKind.Code, Required = true)] Member<string> Code = default,
    [Field("The password from now on.", Kind = FieldKind.NewPassword, Required = true)] Member<string> NewPassword = default);

/// <summary>
/// Sets a new password for a mailed reset code, ends every session and lifts a sign-in delay; it does not sign in. As with <see cref="Activate"/>, a
/// try is heard only once its conditional write is done.
/// </summary>
[Operation(
    "Reset a forgotten password",
    Description = "Redeems the code that `code` mailed. Ends every session, and does not sign in. "
        + "A refused password does not use up the code. The owner gets a mail.",
    Refusals = [nameof(Problem.InvalidCode)])]
public sealed partial class ResetPassword(
    AddressStore addresses,
    AccountStore accounts,
    VerificationCodes codes,
    PasswordPolicy policy,
    PasswordSetter setter,
    TimeProvider time,
    ILogger<ResetPassword> logger)
{
    public async Task<Result<Success>> HandleAsync(ResetPasswordRequest request, Visitor visitor, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var address = errors.RequiredAddress("username", request.Username);
        var code = errors.Required("code", request.Code)?.Trim();
        var password = errors.Required("new_password", request.NewPassword);
        if (password is not null && policy.Check(password, address?.Canonical ?? "") is { } fault)
        {
            errors.Add("new_password", fault);
        }

        if (address is null || code is null || password is null || errors.Any)
        {
            return errors.ToProblem();
        }

        var redeemed = await OptimisticRetry.RunAsync<Result<AccountEntity>>(
            async () =>
            {
                var partition = await addresses.LoadAsync(address.Key, cancellationToken);
                return await visitor.Admission is { } refused ? refused : await RedeemAsync(partition, code, password, cancellationToken);
            },
            cancellationToken);
        if (redeemed.Reply is not { } account)
        {
            return redeemed.Problem!;
        }

        LogReset(account.Id);
        return await setter.SetAsync(address.Key, account, password, caller: null, cancellationToken);
    }

    private async Task<Result<AccountEntity>?> RedeemAsync(AddressPartition partition, string code, string password, CancellationToken cancellationToken)
    {
        var open = partition.ResetCode is { } row && row.IsLive(time.GetUtcNow()) ? row : null;
        var right = open is not null && codes.Matches(code, CodePurpose.Reset, partition.Key, open.Nonce);
        var account = right && partition.Claim is { } claim ? await accounts.FindAsync(claim.AccountId, cancellationToken) : null;
        var outcome = account is not { Disabled: false } ? Problem.InvalidCode
            : policy.Check(password, account.FirstName, account.LastName, account.FirstName + account.LastName) is { } fault ? Problem.Field("new_password", fault)
            : new Result<AccountEntity>(account);

        var batch = new PartitionBatch(partition.Key);
        if (open is null)
        {
            // Nothing to count down, but the same work: who times the answer learns nothing.
            batch.Delete(new ResetCodeEntity(partition.Key));
        }
        else if (outcome.Reply is not null)
        {
            partition.Guard.ClearFailures();
            batch.Delete(open);
            batch.Save(partition.Guard);
        }
        else
        {
            // A refused password costs no try, but is written all the same.
            open.TriesLeft -= outcome.Problem == Problem.InvalidCode ? 1 : 0;
            batch.Save(open);
        }

        return await addresses.TryCommitAsync(batch, cancellationToken) || open is null ? outcome : default(Result<AccountEntity>?);
    }

    [LoggerMessage(LogLevel.Information, "The password of account {AccountId} is reset.")]
    private partial void LogReset(string accountId);
}
