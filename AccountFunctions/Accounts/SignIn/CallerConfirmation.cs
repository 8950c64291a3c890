using AccountFunctions.Accounts.SignIn.Ways;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Passwords;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>Asks the caller for the password again, before a change that a thief with an access token must not make.</summary>
public sealed class CallerConfirmation(Credentials credentials, PasswordProver prover, SignInGate gate)
{
    /// <summary>Reads <c>password</c>; null if it is invalid.</summary>
    public string? Read(FieldErrors errors, Member<string> password) => credentials.ReadCurrent(errors, "password", password);

    public async Task<Result<Passed>> ConfirmAsync(Caller caller, string password, CancellationToken cancellationToken)
    {
        var proved = await prover.ProveAsync(caller, password, cancellationToken);
        return await gate.PassAsync(proved, otp: null, SignInIntent.Confirm, cancellationToken);
    }
}
