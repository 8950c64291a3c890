using System.Text.RegularExpressions;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Security.Identities;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts.SignIn;

public sealed record BeginExternalQuery(
    [Field("Where the browser comes back to, exactly as `Providers__ReturnUrls` of the deployment has it.")] string? ReturnUrl,
    [Field("The SHA-256 of a secret of the client, the verifier, in base64url without padding (RFC 7636, S256).")] string? CodeChallenge);

/// <summary>Sends a browser to a provider, where its user signs in.</summary>
[Operation(
    "Go to another provider",
    Description = "For browsers. Sends them to the provider, which sends them back to the return URL, with `login_code` or `error`, which "
        + "is `unavailable` at once if the provider is away. The client then posts the code, within a minute, with the verifier of its "
        + "`code_challenge` to `login/external`.",
    Query = typeof(BeginExternalQuery),
    Refusals = [nameof(Problem.NotFound)])]
public sealed partial class BeginExternal(
    AuthorizationFlow flow, ExternalStates states, TimeProvider time, ILogger<BeginExternal> logger)
{
    /// <param name="cookies">The header <c>Cookie</c>.</param>
    public async Task<Result<Redirect>> HandleAsync(
        string provider, BeginExternalQuery query, string? cookies, Visitor visitor, CancellationToken cancellationToken)
    {
        if (!flow.IsClientOf(provider))
        {
            return Problem.NotFound;
        }

        var errors = new FieldErrors();
        if (query.ReturnUrl is not { } returnUrl || !flow.Allows(returnUrl))
        {
            errors.Add("return_url", query.ReturnUrl is null ? FieldError.Required : FieldError.Invalid);
            returnUrl = "";
        }

        if (query.CodeChallenge is not { } challenge || !Challenge().IsMatch(challenge))
        {
            errors.Add("code_challenge", query.CodeChallenge is null ? FieldError.Required : FieldError.Invalid);
            challenge = "";
        }

        if (errors.Any)
        {
            return errors.ToProblem();
        }

        if (await visitor.Admission is { } notAdmitted)
        {
            return notAdmitted;
        }

        var request = AuthorizationRequest.New();
        try
        {
            var location = await flow.BeginAsync(provider, request, cancellationToken);
            var state = new ExternalState(
                provider, request.State, request.Nonce, request.Verifier, returnUrl, challenge, time.GetUtcNow());
            var isCrossSite = flow.AnswersByForm(provider);
            return new Redirect(location, [states.Cookie(state, isCrossSite), .. states.EndOlder(cookies, isCrossSite)]);
        }
        catch (UnavailableException e)
        {
            // A person sees the answer, not a program.
            LogUnavailable(provider, e);
            return Redirect.To(returnUrl, "error", Problem.ServiceUnavailable.Code);
        }
    }

    [LoggerMessage(LogLevel.Warning, "A sign-in at {Provider} cannot begin.")]
    private partial void LogUnavailable(string provider, Exception exception);

    [GeneratedRegex(@"\A[A-Za-z0-9_-]{43}\z", RegexOptions.CultureInvariant)]
    private static partial Regex Challenge();
}
