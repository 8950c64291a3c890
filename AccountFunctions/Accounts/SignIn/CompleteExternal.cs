using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Security.Identities;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>The answer of a provider, as the browser brings it, in the query or as a form.</summary>
/// <param name="Iss">The issuer (RFC 9207).</param>
/// <param name="Cookies">The header <c>Cookie</c>.</param>
public sealed record ProviderAnswer(string? State, string? Code, string? Error, string? Iss, string? Cookies);

/// <summary>
/// Takes the answer of a provider to a browser that went there, and sends the browser on to the client. A state that this browser does not
/// have gets a bare page: nobody knows where it came from, so it is sent nowhere.
/// </summary>
[Operation(
    "Come back from another provider",
    Description = "For the provider alone: sends the browser on to the return URL, with `login_code`, or with `error`: `access_denied`, "
        + "`invalid_id_token` or `unavailable`.",
    Refusals = [nameof(Problem.InvalidCode), nameof(Problem.AccessDenied)])]
public sealed partial class CompleteExternal(
    AuthorizationFlow flow, ExternalStates states, LoginCodes codes, ILogger<CompleteExternal> logger)
{
    // What providers say if the user changes their mind.
    private static readonly string[] Declined =
    [
        "access_denied", "consent_required", "interaction_required", "login_required", "user_cancelled_authorize", "user_cancelled_login",
    ];

    public async Task<Result<Redirect>> HandleAsync(
        string provider, ProviderAnswer answer, Visitor visitor, CancellationToken cancellationToken)
    {
        if (states.Find(answer.State, answer.Cookies) is not { } state || state.Provider != provider || !flow.IsClientOf(provider))
        {
            return Problem.InvalidCode;
        }

        if (await visitor.Admission is { } notAdmitted)
        {
            return notAdmitted;
        }

        var (name, value) = await ConcludeAsync(state, answer, cancellationToken);
        return Redirect.To(state.ReturnUrl, name, value, ExternalStates.Ended(state.State, flow.AnswersByForm(provider)));
    }

    private async Task<(string Name, string Value)> ConcludeAsync(
        ExternalState state, ProviderAnswer answer, CancellationToken cancellationToken)
    {
        if (answer.Code is not { Length: > 0 } code)
        {
            return Refuse(Declined.Contains(answer.Error) ? Problem.AccessDenied : Problem.ServiceUnavailable);
        }

        try
        {
            var request = new AuthorizationRequest(state.State, state.Nonce, state.Verifier);
            var proved = await flow.CompleteAsync(state.Provider, request, code, answer.Iss, cancellationToken);
            return proved.IsRefused
                ? Refuse(proved.Problem)
                : ("login_code", await codes.IssueAsync(proved.Reply, state.CodeChallenge, cancellationToken));
        }
        catch (Exception e) when (e is UnavailableException || e.IsOutage())
        {
            LogUnavailable(state.Provider, e);
            return Refuse(Problem.ServiceUnavailable);
        }

        static (string Name, string Value) Refuse(Problem problem) => ("error", problem.Code);
    }

    [LoggerMessage(LogLevel.Warning, "A sign-in at {Provider} cannot be completed.")]
    private partial void LogUnavailable(string provider, Exception exception);
}
