using AccountFunctions.Accounts;
using AccountFunctions.Accounts.Recovery;
using AccountFunctions.Contract.Description;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

/// <summary>Ways to recover an account.</summary>
public sealed class RecoveryRoutes(HttpEdge edge, ResendCode resendCode, ResetPassword resetPassword, RestoreAccount restoreAccount)
{
    [Function(nameof(ResendCode)), Endpoint(typeof(ResendCode), Access.Anyone, Tags.Recovery)]
    public Task<HttpResponseData> ResendCode(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/code")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.ResendCodeRequest, resendCode.HandleAsync, cancellationToken);

    [Function(nameof(ResetPassword)), Endpoint(typeof(ResetPassword), Access.Anyone, Tags.Recovery)]
    public Task<HttpResponseData> ResetPassword(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/forgot")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.ResetPasswordRequest, resetPassword.HandleAsync, cancellationToken);

    [Function(nameof(RestoreAccount)), Endpoint(typeof(RestoreAccount), Access.Anyone, Tags.Recovery)]
    public Task<HttpResponseData> RestoreAccount(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/restore")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.RestoreAccountRequest, restoreAccount.HandleAsync, cancellationToken);
}
