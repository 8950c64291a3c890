using AccountFunctions.Accounts.SignIn.Ways;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts.SignIn;

public sealed record LoginRequest(
    [Field("The email address. Leading and trailing white space is ignored.", Kind = FieldKind.Address, Required = true)]
    Member<string> Username = default,
    [Field("The password, exactly as it was typed. Required without `code`.", Kind = FieldKind.Password)]
    Member<string> Password = default,
    [Field("Instead of the password: the code that `login/code` mailed.", Kind = FieldKind.Code, Nullable = true)]
    Member<string> Code = default,
    [Field("The second factor, if the account has one: the code of the authenticator app, or a recovery code.", Kind = FieldKind.Otp)]
    Member<string> Otp = default,
    [Field("`device` of this client's last sign-in. It keeps other clients' failures from delaying this one.", Nullable = true,
        Example = TokenReplies.DeviceExample)]
    Member<string> Device = default);

/// <summary>Opens a session with a password, or with a mailed code.</summary>
[Operation(
    "Sign in",
    Description = "Opens a session. Failures are counted per address: after several, every try has to wait, even one with the right "
        + "password. A client that keeps `device` and sends it with the next sign-in is counted separately.",
    Refusals =
    [
        nameof(Problem.InvalidCredentials), nameof(Problem.InvalidCode), nameof(Problem.NotActive), nameof(Problem.ExpiredAccount),
        nameof(Problem.DisabledAccount), nameof(Problem.DeletionPending), nameof(Problem.OtpRequired), nameof(Problem.InvalidOtp),
    ])]
public sealed class Login(
    PasswordProver passwords, CodeProver mailedCodes, SignInGate gate, Sessions sessions, IOptions<AccountOptions> options)
{
    public async Task<Result<TokenReply>> HandleAsync(LoginRequest request, Visitor visitor, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var otp = SecondFactor.Read(errors, request.Otp);
        var isByCode = errors.Optional("code", request.Code) is not null
            && request.Password.State is MemberState.Absent
            && options.Value.SignInByCode;
        Result<Proof> proved;
        if (isByCode)
        {
            if (mailedCodes.Read(errors, request.Username, request.Code, request.Device) is not { } claim)
            {
                return errors.ToProblem();
            }

            proved = await mailedCodes.ProveAsync(claim, visitor, cancellationToken);
        }
        else
        {
            if (passwords.Read(errors, request.Username, request.Password, request.Device) is not { } claim)
            {
                return errors.ToProblem();
            }

            proved = await passwords.ProveAsync(claim, visitor, cancellationToken);
        }

        var passed = await gate.PassAsync(proved, otp, SignInIntent.SignIn, cancellationToken);
        return passed.IsRefused
            ? passed.Problem
            : await sessions.OpenAsync(passed.Reply, passed.Reply.Account, visitor, cancellationToken);
    }
}
