using System.Text.Json;
using AccountFunctions.Accounts.SignIn.Ways;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Factors;

namespace AccountFunctions.Accounts.SignIn;

public sealed record LoginWithPasskeyRequest(
    [Field("`state` of the options.", Required = true, Example = PasskeyRequestReply.StateExample)] Member<string> State = default,
    [Field("What the browser returned, as `PublicKeyCredential.toJSON()` writes it.", Kind = FieldKind.Passkey, Required = true)]
    Member<JsonElement> Credential = default,
    [Field("`device` of this client's last sign-in. It keeps other clients' failures from delaying this one.", Nullable = true,
        Example = TokenReplies.DeviceExample)]
    Member<string> Device = default);

/// <summary>Opens a session with a passkey.</summary>
[Operation(
    "Sign in with a passkey",
    Description = "Opens a session. A passkey counts as both factors, so no `otp` is needed, and failed passwords at the address do not "
        + "delay it.",
    Refusals =
    [
        nameof(Problem.NotFound), nameof(Problem.InvalidCredential), nameof(Problem.InvalidCredentials), nameof(Problem.ExpiredAccount),
        nameof(Problem.DisabledAccount), nameof(Problem.DeletionPending),
    ])]
public sealed class LoginWithPasskey(PasskeyCeremonies ceremonies, PasskeyProver prover, SignInGate gate, Sessions sessions)
{
    public async Task<Result<TokenReply>> HandleAsync(
        LoginWithPasskeyRequest request, Visitor visitor, CancellationToken cancellationToken)
    {
        if (!ceremonies.AreOn)
        {
            return Problem.NotFound;
        }

        var errors = new FieldErrors();
        var device = Devices.Read(errors, request.Device);
        if (PasskeyProver.Read(errors, request.State, request.Credential) is not { } claim || errors.Any)
        {
            return errors.ToProblem();
        }

        var proved = await prover.ProveAsync(claim, device, visitor, cancellationToken);
        var passed = await gate.PassAsync(proved, null, SignInIntent.SignIn, cancellationToken);
        return passed.IsRefused
            ? passed.Problem
            : await sessions.OpenAsync(passed.Reply, passed.Reply.Account, visitor, cancellationToken);
    }
}
