using AccountFunctions.Accounts;
using AccountFunctions.Accounts.Admin;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Email;
using AccountFunctions.Security;
using AccountFunctions.Security.Codes;
using AccountFunctions.Security.Throttling;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage.Accounts;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Functions;

/// <summary>Identifies the caller of a request.</summary>
public sealed class CallerIdentifier(
    AccessTokens tokens,
    AccountStore accounts,
    NetworkThrottle throttle,
    IOptions<ThrottleOptions> options,
    IOptions<AdminOptions> admin,
    FixedCodes fixedCodes,
    TimeProvider time)
{
    private const string Scheme = "Bearer ";

    /// <summary>
    /// The caller of an open operation. The network throttle runs in parallel with the operation.
    /// </summary>
    /// <param name="counts">False: the request does not count, and is refused only if its network has used up its limit.</param>
    public Visitor Visitor(HttpRequestData request, bool counts, CancellationToken cancellationToken)
    {
        var language = EmailLanguage.Choose(request.Header("Accept-Language"));
        var admission = counts ? AdmitAsync(request, cancellationToken) : Task.FromResult(throttle.Peek(NetworkOf(request)));
        return new Visitor(request.UserAgent(), language, admission);
    }

    /// <summary>Counts a request. Null if its network is within its limit.</summary>
    public Task<Problem?> AdmitAsync(HttpRequestData request, CancellationToken cancellationToken) =>
        throttle.AdmitAsync(NetworkOf(request), cancellationToken);

    /// <summary>Counts a call of an owner that sends a mail. Null if the owners in its network are within their limit.</summary>
    public Task<Problem?> AdmitMailAsync(HttpRequestData request, CancellationToken cancellationToken) =>
        throttle.AdmitAsync(NetworkOf(request) with { OfOwners = true }, cancellationToken);

    /// <summary>
    /// The caller with an access token (RFC 6750 §2.1). Every call reads the account, so an access token becomes void as soon as the
    /// account is disabled or deleted, or its version is raised.
    /// </summary>
    /// <param name="takesRepeats">Of the policy of the route.</param>
    public async Task<Result<Caller>> CallerAsync(HttpRequestData request, bool takesRepeats, CancellationToken cancellationToken)
    {
        var authorization = request.Header("Authorization");
        if (authorization is null || !authorization.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return Problem.NotAuthenticated;
        }

        if (await tokens.ValidateAsync(authorization[Scheme.Length..].Trim()) is not { } claims
            || await accounts.FindAsync(claims.AccountId, cancellationToken) is not { } account)
        {
            return Problem.TokenNotValid;
        }

        var now = time.GetUtcNow();
        var isRepeat = takesRepeats && account.IsDeletionRequestedBy(claims.SessionId, claims.Version, now - Lifetimes.Repeat);
        return isRepeat || (account.StateAt(now).AllowsCalls() && account.Version == claims.Version)
            ? new Caller(account, claims.SessionId, request.UserAgent(), request.Header("If-Match"), isRepeat)
            : Problem.TokenNotValid;
    }

    /// <summary>The caller with an access token, if the account is an administrator's and the session was opened as one must be.</summary>
    public async Task<Result<Administrator>> AdministratorAsync(HttpRequestData request, CancellationToken cancellationToken)
    {
        var identified = await CallerAsync(request, takesRepeats: false, cancellationToken);
        if (identified.IsRefused)
        {
            return identified.Problem;
        }

        var caller = identified.Reply;
        if (caller.Account.Role is not AccountEntity.AdminRole || fixedCodes.Has(caller.Account.AddressKey))
        {
            return Problem.Forbidden;
        }

        // Read it on every call, so that an administrator's access token ends with its session.
        var session = await accounts.FindSessionAsync(caller.Account.Id, caller.SessionId, cancellationToken);
        return session is null ? Problem.TokenNotValid
            : admin.Value.RequireSecondFactor && !session.HasTwoFactors ? Problem.SecondFactorRequired
            : new Administrator(caller.Account, caller.SessionId, caller.Client, caller.IfMatch);
    }

    private ClientNetwork NetworkOf(HttpRequestData request) =>
        ClientNetwork.Of(request.Header("X-Forwarded-For"), options.Value.TrustedProxyHops);
}
