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
    OptimisticRetry retry,
    VerificationCodes codes,
    PasswordPolicy policy,
    PasswordHasher hasher,
    PasswordSetter setter,
    MailThrottle mailThrottle,
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

        string? hash = null;
        var redeemed = await retry.RunAsync<Result<Redeemed>>(
            address.Key,
            async () =>
            {
                var partition = await addresses.LoadAsync(address.Key, cancellationToken);
                if (await visitor.Admission is { } refused)
                {
                    return refused;
                }

                var checkedCode = await CheckAsync(partition, code, password, cancellationToken);
                if (checkedCode.Reply is { } account)
                {
                    // Before the code is used up: a gate that is full must not cost the person the code.
                    hash ??= await hasher.HashAsync(password, PasswordHasher.SaltOf(account.PasswordHash), cancellationToken);
                }

                return await RedeemAsync(partition, checkedCode, cancellationToken);
            },
            cancellationToken);
        if (redeemed.Reply is not { } done || hash is null)
        {
            return redeemed.Problem!;
        }

        LogReset(done.Account.Id);
        return await setter.SetAsync(address.Key, done.Account, hash, done.Notify, caller: null, cancellationToken);
    }

    /// <summary>The account that the code resets the password of.</summary>
    private async Task<Result<AccountEntity>> CheckAsync(AddressPartition partition, string code, string password, CancellationToken cancellationToken)
    {
        var right = Open(partition) is { } open && codes.Matches(code, CodePurpose.Reset, partition.Key, open.Nonce);
        var account = right && partition.Claim is { } claim ? await accounts.FindAsync(claim.AccountId, cancellationToken) : null;
        return account is not { Disabled: false } ? Problem.InvalidCode
            : policy.Check(password, account.FirstName, account.LastName, account.FirstName + account.LastName) is { } fault ? Problem.Field("new_password", fault)
            : account;
    }

    private async Task<Result<Redeemed>?> RedeemAsync(AddressPartition partition, Result<AccountEntity> checkedCode, CancellationToken cancellationToken)
    {
        var open = Open(partition);
        var notify = false;
        var batch = new PartitionBatch(partition.Key);
        if (open is null)
        {
            // Nothing to count down, but the same work: who times the answer learns nothing.
            batch.Delete(new ResetCodeEntity(partition.Key));
        }
        else if (checkedCode.Reply is not null)
        {
            notify = mailThrottle.Count(partition.Guard, time.GetUtcNow(), isNotice: true) is null;
            partition.Guard.ClearFailures();
            batch.Delete(open);
            batch.Save(partition.Guard);
        }
        else
        {
            // A refused password costs no try, but is written all the same.
            open.TriesLeft -= checkedCode.Problem == Problem.InvalidCode ? 1 : 0;
            batch.Save(open);
        }

        return !await addresses.TryCommitAsync(batch, cancellationToken) && open is not null ? default(Result<Redeemed>?)
            : checkedCode.Reply is { } account ? new Redeemed(account, notify)
            : checkedCode.Problem!;
    }

    private ResetCodeEntity? Open(AddressPartition partition) => partition.ResetCode is { } row && row.IsLive(time.GetUtcNow()) ? row : null;

    private sealed record Redeemed(AccountEntity Account, bool Notify);

    [LoggerMessage(LogLevel.Information, "The password of account {AccountId} is reset.")]
    private partial void LogReset(string accountId);
}
