using AccountFunctions.Accounts.SignIn.Ways;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Passwords;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>Has the caller prove again who it is, before a change that a thief with an access token must not make.</summary>
public sealed class CallerConfirmation(
    Credentials credentials,
    PasswordProver passwords,
    PasskeyProver passkeys,
    ExternalProver externals,
    ExternalLogins logins,
    SignInGate gate)
{
    /// <summary>Reads what the caller proves it with; null if a field is invalid.</summary>
    public Confirmation? Read(FieldErrors errors, ConfirmedRequest request)
    {
        var otp = SecondFactor.Read(errors, request.Otp);
        var token = errors.Optional("confirm_id_token", request.ConfirmIdToken);
        errors.Optional("confirm_provider", request.ConfirmProvider);
        errors.Optional("confirm_nonce", request.ConfirmNonce);

        // If a client sends several, the password counts first, then the passkey.
        var hasPassword = request.Password.State is not MemberState.Absent;
        var isByPasskey = request.State.State is not MemberState.Absent || request.Credential.State is not MemberState.Absent;
        var isByToken = token is not null && !hasPassword && !isByPasskey;
        var passkey = isByPasskey ? PasskeyProver.Read(errors, request.State, request.Credential) : null;
        var external = isByToken
            ? logins.Read(errors, request.ConfirmProvider, request.ConfirmIdToken, request.ConfirmNonce, "confirm_")
            : null;
        var password = hasPassword || (!isByPasskey && !isByToken)
            ? credentials.ReadCurrent(errors, "password", request.Password)
            : null;
        return errors.Any ? null : new Confirmation(password, otp, passkey, external);
    }

    public async Task<Result<Passed>> ConfirmAsync(
        Caller caller, Confirmation confirmation, CancellationToken cancellationToken, SignInIntent intent = SignInIntent.Confirm)
    {
        var proved = confirmation switch
        {
            { Password: { } password } => await passwords.ProveAsync(caller, password, cancellationToken),
            { Passkey: { } passkey } => await passkeys.ProveAsync(caller, passkey, intent, cancellationToken),
            { External: { } shown } => await externals.ProveAsync(caller, shown, cancellationToken),
            _ => Problem.InvalidPassword,
        };
        return await gate.PassAsync(proved, confirmation.Otp, intent, cancellationToken);
    }
}

/// <summary>What a caller proves itself with.</summary>
/// <param name="Password">Null if the client sent something else.</param>
/// <param name="Otp">Null if the client sent none.</param>
/// <param name="Passkey">Counts if there is no password.</param>
/// <param name="External">Counts if there is neither.</param>
public sealed record Confirmation(
    string? Password, string? Otp, PasskeyClaim? Passkey = null, ExternalConfirmation? External = null);
