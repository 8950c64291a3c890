using System.Net;
using AccountFunctions.Accounts;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

/// <summary>The route table: every operation and its way in.</summary>
public sealed class AccountRoutes(
    HttpEdge edge,
    Register register,
    Activate activate,
    Login login,
    Refresh refresh,
    ResendCode resendCode,
    ResetPassword resetPassword,
    ChangePassword changePassword,
    UpdateDetails updateDetails,
    Logout logout,
    ListSessions listSessions,
    RevokeSession revokeSession)
{
    [Function(nameof(Register))]
    public Task<HttpResponseData> Register(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/register")] HttpRequestData request, CancellationToken cancellationToken) =>
        edge.AnswerVisitorAsync(request, AccountJson.Default.RegisterRequest, register.HandleAsync, cancellationToken, HttpStatusCode.Created);

    [Function(nameof(Activate))]
    public Task<HttpResponseData> Activate(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/activate")] HttpRequestData request, CancellationToken cancellationToken) =>
        edge.AnswerVisitorAsync(request, AccountJson.Default.ActivateRequest, activate.HandleAsync, cancellationToken);

    [Function(nameof(Login))]
    public Task<HttpResponseData> Login(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/login")] HttpRequestData request, CancellationToken cancellationToken) =>
        edge.AnswerVisitorAsync(request, AccountJson.Default.LoginRequest, login.HandleAsync, cancellationToken);

    [Function(nameof(Refresh))]
    public Task<HttpResponseData> Refresh(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/refresh")] HttpRequestData request, CancellationToken cancellationToken) =>
        edge.AnswerVisitorAsync(request, AccountJson.Default.RefreshRequest, refresh.HandleAsync, cancellationToken);

    [Function(nameof(ResendCode))]
    public Task<HttpResponseData> ResendCode(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/code")] HttpRequestData request, CancellationToken cancellationToken) =>
        edge.AnswerVisitorAsync(request, AccountJson.Default.ResendCodeRequest, resendCode.HandleAsync, cancellationToken);

    [Function(nameof(ResetPassword))]
    public Task<HttpResponseData> ResetPassword(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/forgot")] HttpRequestData request, CancellationToken cancellationToken) =>
        edge.AnswerVisitorAsync(request, AccountJson.Default.ResetPasswordRequest, resetPassword.HandleAsync, cancellationToken);

    [Function(nameof(ChangePassword))]
    public Task<HttpResponseData> ChangePassword(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/password")] HttpRequestData request, CancellationToken cancellationToken) =>
        edge.AnswerCallerAsync(request, AccountJson.Default.ChangePasswordRequest, changePassword.HandleAsync, cancellationToken);

    [Function(nameof(GetDetails))]
    public Task<HttpResponseData> GetDetails(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "account/details")] HttpRequestData request, CancellationToken cancellationToken) =>
        edge.AnswerCallerAsync(request, Accounts.GetDetails.HandleAsync, cancellationToken);

    [Function(nameof(UpdateDetails))]
    public Task<HttpResponseData> UpdateDetails(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/details")] HttpRequestData request, CancellationToken cancellationToken) =>
        edge.AnswerCallerAsync(request, AccountJson.Default.UpdateDetailsRequest, updateDetails.HandleAsync, cancellationToken);

    [Function(nameof(Logout))]
    public Task<HttpResponseData> Logout(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/logout")] HttpRequestData request, CancellationToken cancellationToken) =>
        edge.AnswerCallerAsync(request, AccountJson.Default.LogoutRequest, logout.HandleAsync, cancellationToken, withoutBody: new LogoutRequest());

    [Function(nameof(ListSessions))]
    public Task<HttpResponseData> ListSessions(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "account/sessions")] HttpRequestData request, CancellationToken cancellationToken) =>
        edge.AnswerCallerAsync(request, listSessions.HandleAsync, cancellationToken);

    [Function(nameof(RevokeSession))]
    public Task<HttpResponseData> RevokeSession(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "account/sessions/{id}")] HttpRequestData request, string id, CancellationToken cancellationToken) =>
        edge.AnswerCallerAsync(request, (caller, cancellation) => revokeSession.HandleAsync(id, caller, cancellation), cancellationToken);
}
