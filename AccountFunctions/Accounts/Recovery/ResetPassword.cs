using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Accounts.SignUp;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security;
using AccountFunctions.Security.Codes;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Accounts.Recovery;

public sealed record ResetPasswordRequest(
    [Field("The email address. Leading and trailing white space is ignored.", Kind = FieldKind.Address, Required = true)]
    Member<string> Username = default,
    [Field(
        "The newest mailed code, or the take-back code in the notice about a change of address. Separators and outer white space are "
            + "ignored.",
        Kind = FieldKind.ResetCode,
        Required = true)]
    Member<string> Code = default,
    [Field("The new password.", Kind = FieldKind.NewPassword, Required = true)] Member<string> NewPassword = default,
    [Field("The `device` that `code` was called with. It stays good.", Nullable = true, Example = TokenReplies.DeviceExample)]
    Member<string> Device = default);

/// <summary>
/// Redeems a reset code: sets a new password, ends every session and lifts a sign-in delay. It does not sign in. Every try is written
/// conditionally before it is answered, as in <see cref="Activate"/>.
/// </summary>
[Operation(
    "Reset a forgotten password",
    Description = "Redeems the code that `code` mailed. Ends every session and does not sign in. A refused password does not use up the "
        + "code. The owner gets a mail. Cancels a pending deletion. At the former address of the account, it restores that address. "
        + "Repeating the call within ten minutes gets the same answer.",
    Refusals = [nameof(Problem.InvalidCode)])]
public sealed class ResetPassword(
    AddressStore addresses,
    AccountStore accounts,
    CodeLanes lanes,
    VerificationCodes codes,
    Credentials credentials,
    ResetCompletion completion,
    TimeProvider time)
{
    public async Task<Result<Success>> HandleAsync(ResetPasswordRequest request, Visitor visitor, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var address = errors.RequiredAddress("username", request.Username);
        var code = errors.RequiredCode("code", request.Code, codes.Digits, VerificationCodes.TakeBackLength);
        var password = errors.Required("new_password", request.NewPassword);
        var secret = Devices.Read(errors, request.Device);
        if (password is not null && credentials.Check(password, address?.Canonical ?? "") is { } fault)
        {
            errors.Add("new_password", fault);
        }

        if (address is null || code is null || password is null || errors.Any)
        {
            return errors.ToProblem();
        }

        Credential? credential = null;
        AccountEntity? guessedAt = null;
        var redeemed = await addresses.ChangeAsync<Reset>(
            new AddressRequest(address.Key) { Admission = visitor.Admission },
            async partition =>
            {
                var now = time.GetUtcNow();
                var device = await lanes.FindDeviceAsync(partition, secret, cancellationToken);
                if (code.Length == VerificationCodes.TakeBackLength)
                {
                    (var takenBack, guessedAt) = await TakeBackAsync(partition, code, password, now, cancellationToken);
                    return takenBack.IsRefused ? takenBack : takenBack.Reply with { Device = device };
                }

                var open = partition.CodesToTry(CodeUse.Reset, device, now);
                var row = open.FirstOrDefault(candidate => codes.Matches(code, CodePurpose.Reset, partition.Key, candidate.Nonce));
                var account = row is not null && partition.Claim is { } claim
                    ? await FindAsync(claim.AccountId, partition.Key, now, cancellationToken)
                    : null;
                if (row is null
                    || account is null
                    || (row.IsRedeemed && await credentials.VerifyAsync(password, [row.Credential], cancellationToken) != 0))
                {
                    partition.CountTry(open);
                    return Problem.InvalidCode;
                }

                if (row.IsRedeemed)
                {
                    partition.Save(row);
                    return Reset.Of(account, row, device);
                }

                if (Unfit(password, account) is { } unfit)
                {
                    // It costs no try, but is written anyway, so that every call does the same work.
                    partition.Save(row);
                    return Problem.Field("new_password", unfit);
                }

                // Hash before redeeming the code: a full hash gate must not cost the user the code.
                credential ??= await credentials.HashAsync(password, account.Credential?.Salt ?? partition.Salt, cancellationToken);
                Redeem(partition, row, credential, now);
                return Reset.Of(account, row, device);
            },
            cancellationToken);
        if (guessedAt is not null)
        {
            await completion.VoidTakeBackAsync(guessedAt, cancellationToken);
        }

        return redeemed.IsRefused
            ? redeemed.Problem
            : await completion.CompleteAsync(address.Key, redeemed.Reply, visitor.Actor, cancellationToken);
    }

    /// <summary>
    /// Redeems the code that came with the notice to the address before. It has no tries that a stranger could use up, so nothing is
    /// counted; the account itself says whether the code is still good.
    /// </summary>
    /// <returns>The reset, and the account whose redeemed code came again with another password.</returns>
    private async Task<(Result<Reset> Reset, AccountEntity? GuessedAt)> TakeBackAsync(
        AddressPartition partition, string code, string password, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Every address costs the same reads.
        var account = await accounts.FindAsync(partition.AccountId, cancellationToken);
        var isAlive = account?.StateAt(now).AllowsMail() == true;
        if (account is not null && isAlive && now < account.RecoveryEnd && account.RecoveryKey == partition.Key
            && codes.MatchesTakeBack(code, partition.Key, account.RecoveryNonce))
        {
            if (Unfit(password, account) is { } unfit)
            {
                partition.PretendChange();
                return (Problem.Field("new_password", unfit), null);
            }

            var credential = await credentials.HashAsync(password, account.Credential?.Salt, cancellationToken);
            partition.Guard.ClearFailures();
            partition.Save(partition.Guard);
            partition.VoidCodes(now);
            return (new Reset(account.Id, credential, now) { TakeBackNonce = account.RecoveryNonce }, null);
        }

        partition.PretendChange();
        if (account is not { Credential: { } current } || !isAlive || account.AddressKey != partition.Key
            || now >= account.LastReset + Lifetimes.Repeat
            || !codes.MatchesTakeBack(code, partition.Key, account.TakenBackNonce))
        {
            return (Problem.InvalidCode, null);
        }

        return await credentials.VerifyAsync(password, [current], cancellationToken) == 0
            ? (new Reset(account.Id, current, account.LastReset), null)
            : (Problem.InvalidCode, account);
    }

    private string? Unfit(string password, AccountEntity account) =>
        credentials.Check(password, account.FirstName, account.LastName, account.FirstName + account.LastName);

    /// <summary>The account, if the address is its own or its recovery address.</summary>
    private async Task<AccountEntity?> FindAsync(
        string accountId, string addressKey, DateTimeOffset now, CancellationToken cancellationToken) =>
        await accounts.FindAsync(accountId, cancellationToken) is { } account
        && account.StateAt(now).AllowsMail()
        && account.MailboxAt(addressKey, now) is not null
            ? account
            : null;

    private static void Redeem(AddressPartition partition, MailedCodeEntity row, Credential credential, DateTimeOffset now)
    {
        foreach (var other in partition.Codes.Where(other => other.RowKey != row.RowKey))
        {
            other.Void(now);
            partition.Save(other);
        }

        (row.IsRedeemed, row.Redeemed, row.Expires) = (true, now, now + Lifetimes.Repeat);
        row.Credential = credential;
        partition.Save(row);
        partition.Guard.ClearFailures();
        partition.Save(partition.Guard);
    }
}
