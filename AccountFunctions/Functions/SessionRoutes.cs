using AccountFunctions.Accounts;
using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Description;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

/// <summary>Sign-in, refresh and sign-out.</summary>
public sealed class SessionRoutes(
    HttpEdge edge, Login login, Refresh refresh, Logout logout, ListSessions listSessions, RevokeSession revokeSession)
{
    [Function(nameof(Login)), Endpoint(typeof(Login), Access.Anyone, Tags.Session)]
    public Task<HttpResponseData> Login(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/login")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.LoginRequest, login.HandleAsync, cancellationToken);

    [Function(nameof(Refresh)), Endpoint(typeof(Refresh), Access.Anyone, Tags.Session, CountsRefusalsOnly = true)]
    public Task<HttpResponseData> Refresh(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/refresh")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.RefreshRequest, refresh.HandleAsync, cancellationToken);

    [Function(nameof(Logout)), Endpoint(typeof(Logout), Access.Owner, Tags.Session, BodyOptional = true)]
    public Task<HttpResponseData> Logout(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/logout")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.LogoutRequest, logout.HandleAsync, cancellationToken);

    [Function(nameof(ListSessions)), Endpoint(typeof(ListSessions), Access.Owner, Tags.Session)]
    public Task<HttpResponseData> ListSessions(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "account/sessions")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, listSessions.HandleAsync, cancellationToken);

    [Function(nameof(RevokeSession)), Endpoint(typeof(RevokeSession), Access.Owner, Tags.Session)]
    public Task<HttpResponseData> RevokeSession(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "account/sessions/{id}")] HttpRequestData request,
        string id,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, (caller, cancellation) => revokeSession.HandleAsync(id, caller, cancellation), cancellationToken);
}
