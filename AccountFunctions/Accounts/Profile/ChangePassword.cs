using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts.Profile;

public sealed record ChangePasswordRequest(
    [Field("The new password.", Kind = FieldKind.NewPassword, Required = true)] Member<string> NewPassword = default) : ConfirmedRequest;

/// <summary>
/// Replaces the caller's password. The caller must send the current one; guesses at it are throttled as at sign-in.
/// </summary>
[Operation(
    "Change the password",
    Description = "Ends every other session, and every access token issued so far, including this session's: refresh next. The owner gets "
        + "a mail.")]
public sealed partial class ChangePassword(
    AddressStore addresses,
    AccountStore accounts,
    Credentials credentials,
    CallerConfirmation confirmation,
    TimeProvider time,
    ILogger<ChangePassword> logger)
{
    public async Task<Result<Success>> HandleAsync(ChangePasswordRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var account = caller.Account;
        var errors = new FieldErrors();
        var confirmed = confirmation.Read(errors, request);
        var replacement = errors.Required("new_password", request.NewPassword);
        string[] personal = [account.Username, account.FirstName, account.LastName, account.FirstName + account.LastName];
        if (replacement is not null && credentials.Check(replacement, personal) is { } fault)
        {
            errors.Add("new_password", fault);
        }

        if (confirmed is null || replacement is null || errors.Any)
        {
            return errors.ToProblem();
        }

        // A client whose answer was lost sends the old password and the new one again. The new one is tried like any password.
        if (confirmed.Password is not null && IsRepeatable(caller))
        {
            var repeated = await confirmation.ConfirmAsync(
                caller, new Confirmation(replacement, confirmed.Otp), cancellationToken, SignInIntent.Repeat);
            if (repeated.Problem != Problem.InvalidPassword)
            {
                return repeated.IsRefused ? repeated.Problem : Success.Done;
            }
        }

        var intent = confirmed.Password is null && IsRepeatable(caller) ? SignInIntent.Repeat : SignInIntent.Confirm;
        var passed = await confirmation.ConfirmAsync(caller, confirmed, cancellationToken, intent);
        if (passed.IsRefused)
        {
            return passed.Problem;
        }

        if (passed.Reply.IsRepeat)
        {
            // By the passkey that confirmed the change before, which does not say to which password.
            return await credentials.VerifyAsync(replacement, [account.Credential], cancellationToken) == 0
                ? Success.Done
                : Problem.InvalidCredential;
        }

        var credential = await credentials.HashAsync(replacement, account.Credential?.Salt, cancellationToken);
        await addresses.ChangeAsync(AddressRequest.Of(passed.Reply.Address), VoidCodes, cancellationToken);
        return await ChangeAsync(caller, passed.Reply.Device, credential, cancellationToken);
    }

    private bool IsRepeatable(Caller caller) =>
        caller.Account.PasswordChangedBy == caller.SessionId && time.GetUtcNow() < caller.Account.PasswordChanged + Lifetimes.Repeat;

    private Result<Success> VoidCodes(AddressPartition partition)
    {
        partition.VoidCodes(time.GetUtcNow());
        return Success.Done;
    }

    /// <summary>Keeps the calling session and its device.</summary>
    private async Task<Result<Success>> ChangeAsync(
        Caller caller, DeviceEntity? device, Credential credential, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var changed = await accounts.ChangeAsync<Success>(
            caller.Request with { SessionId = caller.SessionId, WithEmailChange = true, Device = device },
            partition =>
            {
                var account = partition.Account;
                account.SetPassword(credential, now, caller.SessionId);
                partition.Save(account);
                partition.Record(Act.PasswordChanged, caller.Actor, now);
                if (partition.EmailChange is { IsRedeemed: false } change)
                {
                    partition.Delete(change);
                }

                if (partition.Session is { } session)
                {
                    session.Version = account.Version;
                    partition.Save(session);
                }

                if (device is not null && partition.Device is { } kept)
                {
                    kept.PasswordChanged = now;
                    partition.Save(kept);
                }

                return Success.Done;
            },
            cancellationToken);
        if (!changed.IsRefused)
        {
            LogChanged(caller.Account.Id, caller.SessionId);
        }

        return changed;
    }

    [LoggerMessage(LogLevel.Information, "Session {SessionId} changed the password of account {AccountId}.")]
    private partial void LogChanged(string accountId, string sessionId);
}
