using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Security.Factors;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>Begins a sign-in with a passkey. It writes nothing, so anybody may ask as often as the network throttle allows.</summary>
[Operation(
    "Begin to sign in with a passkey",
    Description = "Returns the options for `navigator.credentials.get`. The user needs no address: the authenticator offers the passkeys "
        + "that it has for this app.",
    Refusals = [nameof(Problem.NotFound)])]
public sealed class BeginPasskeyLogin(PasskeyCeremonies ceremonies)
{
    public async Task<Result<PasskeyRequestReply>> HandleAsync(Visitor visitor, CancellationToken cancellationToken) =>
        !ceremonies.AreOn ? Problem.NotFound
        : await visitor.Admission.WaitAsync(cancellationToken) is { } refused ? refused
        : ceremonies.Request(PasskeyPurpose.SignIn, accountId: null, []);
}
