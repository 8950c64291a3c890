using AccountFunctions.Contract;
using AccountFunctions.Security;
using AccountFunctions.Storage;

namespace AccountFunctions.Accounts;

public sealed record ChangePasswordRequest(
    [Field("The current password.", Kind = FieldKind.Password, Required = true)] Member<string> Password = default,
    [Field("The password from now on.", Kind = FieldKind.NewPassword, Required = true)] Member<string> NewPassword = default);

/// <summary>
/// Replaces the caller's password. The old one is required, and guessing at it here is slowed down like guessing at sign-in.
/// </summary>
[Operation(
    "Change the password",
    Description = "Ends every other session and every access token issued before, this session's too: refresh next. The owner gets a mail.",
    Refusals = [nameof(Problem.InvalidPassword), nameof(Problem.TooManyRequests)])]
public sealed class ChangePassword(
    AddressStore addresses, Passwords passwords, PasswordSetter setter, Reauthentication reauthentication, MailRequests mails)
{
    public async Task<Result<Success>> HandleAsync(ChangePasswordRequest request, Caller caller, CancellationToken cancellationToken)
    {
        var account = caller.Account;
        var errors = new FieldErrors();
        var password = passwords.ReadCurrent(errors, "password", request.Password);
        var replacement = errors.Required("new_password", request.NewPassword);
        string[] personal = [account.Username, account.FirstName, account.LastName, account.FirstName + account.LastName];
        if (replacement is not null && passwords.Check(replacement, personal) is { } fault)
        {
            errors.Add("new_password", fault);
        }

        if (password is null || replacement is null || errors.Any)
        {
            return errors.ToProblem();
        }

        var proved = await reauthentication.CheckAsync(caller, password, cancellationToken);
        if (proved.IsRefused)
        {
            return proved.Problem;
        }

        var credential = await passwords.HashAsync(replacement, account.Credential?.Salt, cancellationToken);
        var (partition, device) = proved.Reply;
        var notify = await addresses.ChangeAsync(partition, current => Task.FromResult(VoidCode(current)), cancellationToken);
        return await setter.ChangeAsync(caller, device, credential, notify, cancellationToken);
    }

    /// <summary>Voids an open code and counts the notice; false if no more mail may go.</summary>
    private bool VoidCode(AddressPartition partition)
    {
        var notify = mails.TryCountNotice(partition);
        if (notify)
        {
            partition.Save(partition.Guard);
        }

        if (partition.ResetCode is { } code)
        {
            partition.Delete(code);
        }

        return notify;
    }
}
