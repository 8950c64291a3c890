using AccountFunctions.Accounts.SignIn.Ways;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Passwords;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>Has the caller prove again who it is, before a change that a thief with an access token must not make.</summary>
public sealed class CallerConfirmation(
    Credentials credentials, PasswordProver passwords, ExternalProver externals, ExternalLogins logins, SignInGate gate)
{
    /// <summary>Reads what the caller proves it with; null if a field is invalid.</summary>
    public Confirmation? Read(FieldErrors errors, ConfirmedRequest request)
    {
        var otp = SecondFactor.Read(errors, request.Otp);
        var token = errors.Optional("confirm_id_token", request.ConfirmIdToken);
        errors.Optional("confirm_provider", request.ConfirmProvider);
        errors.Optional("confirm_nonce", request.ConfirmNonce);
        if (request.Password.State is MemberState.Absent && token is not null)
        {
            var shown = logins.Read(errors, request.ConfirmProvider, request.ConfirmIdToken, request.ConfirmNonce, "confirm_");
            return shown is null ? null : new Confirmation("", otp) { External = shown };
        }

        var password = credentials.ReadCurrent(errors, "password", request.Password);
        return password is null || errors.Any ? null : new Confirmation(password, otp);
    }

    public async Task<Result<Passed>> ConfirmAsync(
        Caller caller, Confirmation confirmation, CancellationToken cancellationToken, SignInIntent intent = SignInIntent.Confirm)
    {
        var proved = confirmation.External is { } shown
            ? await externals.ProveAsync(caller, shown, cancellationToken)
            : await passwords.ProveAsync(caller, confirmation.Password, cancellationToken);
        return await gate.PassAsync(proved, confirmation.Otp, intent, cancellationToken);
    }
}

/// <summary>What a caller proves itself with.</summary>
/// <param name="Otp">Null if the client sent none.</param>
public sealed record Confirmation(string Password, string? Otp)
{
    /// <summary>What the caller showed instead of a password; null: the password.</summary>
    public ExternalConfirmation? External { get; init; }
}
