using AccountFunctions.Accounts.SignIn.Ways;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Passwords;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>Has the caller prove again who it is, before a change that a thief with an access token must not make.</summary>
public sealed class CallerConfirmation(Credentials credentials, PasswordProver passwords, SignInGate gate)
{
    /// <summary>Reads what the caller proves it with; null if a field is invalid.</summary>
    public Confirmation? Read(FieldErrors errors, ConfirmedRequest request)
    {
        var otp = SecondFactor.Read(errors, request.Otp);
        var password = credentials.ReadCurrent(errors, "password", request.Password);
        return password is null || errors.Any ? null : new Confirmation(password, otp);
    }

    public async Task<Result<Passed>> ConfirmAsync(
        Caller caller, Confirmation confirmation, CancellationToken cancellationToken, SignInIntent intent = SignInIntent.Confirm)
    {
        var proved = await passwords.ProveAsync(caller, confirmation.Password, cancellationToken);
        return await gate.PassAsync(proved, confirmation.Otp, intent, cancellationToken);
    }
}

/// <summary>What a caller proves itself with.</summary>
/// <param name="Otp">Null if the client sent none.</param>
public sealed record Confirmation(string Password, string? Otp);
