using AccountFunctions.Accounts.SignIn.Ways;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;

namespace AccountFunctions.Accounts.SignIn;

public sealed record LoginExternalRequest(
    [Field("The provider of the ID token, by its name in the settings of the deployment.", Example = "google")]
    Member<string> Provider = default,
    [Field("The ID token that the provider's SDK gave to the client.", Nullable = true, Example = ExternalLogins.TokenExample)]
    Member<string> IdToken = default,
    [Field("The `nonce` that the client sent to the provider, if it did; for Apple, the text whose SHA-256 it sent.", Nullable = true,
        Example = "n-0S6_WzA2Mj")]
    Member<string> Nonce = default,
    [Field("Instead of an ID token: `login_code` that the browser brought back to the return URL. It works once, within a minute.",
        Nullable = true, Example = TokenReplies.DeviceExample)]
    Member<string> LoginCode = default,
    [Field("The verifier whose SHA-256 was `code_challenge`, for `login_code`.", Nullable = true, Example = TokenReplies.DeviceExample)]
    Member<string> Verifier = default,
    [Field("The second factor, if the account has one: the code of the authenticator app, or a recovery code.", Kind = FieldKind.Otp)]
    Member<string> Otp = default,
    [Field("As in `login`.", Nullable = true, Example = TokenReplies.DeviceExample)] Member<string> Device = default,
    [Field("Given name for a new account, where the token has none: Apple tells it to the client only.", MaxLength = ProfileLimits.Name,
        Example = "Ada")]
    Member<string> FirstName = default,
    [Field("Family name, likewise.", MaxLength = ProfileLimits.Name, Example = "Lovelace")] Member<string> LastName = default);

/// <summary>Opens a session with an identity at another provider. An address that is new here becomes an account at once.</summary>
[Operation(
    "Sign in with another provider",
    Description = "Opens a session with an ID token (OpenID Connect). If the identity is new, and the provider has verified its address, "
        + "which has no account, one is made, without a password. An account that exists is never linked by its address: sign in, and "
        + "link the identity. A client that sent its user to `login/external/{provider}` posts `login_code` instead; a missing `otp` does "
        + "not use it up, and leaves five minutes for it.",
    Refusals =
    [
        nameof(Problem.InvalidIdToken), nameof(Problem.InvalidCode), nameof(Problem.EmailNotVerified), nameof(Problem.AccountExists),
        nameof(Problem.IdentityTaken), nameof(Problem.InvalidCredentials), nameof(Problem.ExpiredAccount),
        nameof(Problem.DisabledAccount), nameof(Problem.DeletionPending), nameof(Problem.OtpRequired), nameof(Problem.InvalidOtp),
    ])]
public sealed class LoginExternal(ExternalLogins logins, ExternalProver prover, SignInGate gate, Sessions sessions)
{
    public async Task<Result<TokenReply>> HandleAsync(
        LoginExternalRequest request, Visitor visitor, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var otp = SecondFactor.Read(errors, request.Otp);
        var device = Devices.Read(errors, request.Device);
        var (firstName, lastName) = (errors.Name("first_name", request.FirstName), errors.Name("last_name", request.LastName));
        var members = new ExternalMembers(request.Provider, request.IdToken, request.Nonce, request.LoginCode, request.Verifier);
        var found = await logins.FindAsync(errors, members, visitor, cancellationToken);
        if (found.IsRefused)
        {
            return found.Problem;
        }

        var login = found.Reply with { Identity = found.Reply.Identity.WithNames(firstName, lastName) };
        var proved = await prover.ProveAsync(login, device, visitor, cancellationToken);
        var passed = await gate.PassAsync(proved, otp, SignInIntent.SignIn, cancellationToken);
        return passed.IsRefused
            ? passed.Problem
            : await sessions.OpenAsync(passed.Reply, passed.Reply.Account, visitor, cancellationToken);
    }
}
