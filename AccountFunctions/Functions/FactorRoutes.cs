using AccountFunctions.Accounts;
using AccountFunctions.Accounts.Factors;
using AccountFunctions.Contract.Description;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

/// <summary>What an account has to sign in with, besides its password.</summary>
public sealed class FactorRoutes(
    HttpEdge edge,
    SetUpTotp setUpTotp,
    ConfirmTotp confirmTotp,
    ShowTotp showTotp,
    RenewRecoveryCodes renewRecoveryCodes,
    RemoveTotp removeTotp)
{
    [Function(nameof(ShowTotp)), Endpoint(typeof(ShowTotp), Access.Owner, Tags.Factors)]
    public Task<HttpResponseData> ShowTotp(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "account/totp")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, showTotp.HandleAsync, cancellationToken);

    [Function(nameof(SetUpTotp)), Endpoint(typeof(SetUpTotp), Access.Owner, Tags.Factors)]
    public Task<HttpResponseData> SetUpTotp(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/totp")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.SetUpTotpRequest, setUpTotp.HandleAsync, cancellationToken);

    [Function(nameof(ConfirmTotp)), Endpoint(typeof(ConfirmTotp), Access.Owner, Tags.Factors, SendsMail = true)]
    public Task<HttpResponseData> ConfirmTotp(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/totp/confirm")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.ConfirmTotpRequest, confirmTotp.HandleAsync, cancellationToken);

    [Function(nameof(RenewRecoveryCodes)), Endpoint(typeof(RenewRecoveryCodes), Access.Owner, Tags.Factors, SendsMail = true)]
    public Task<HttpResponseData> RenewRecoveryCodes(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/totp/recovery-codes")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(
            request, AccountJson.Default.RenewRecoveryCodesRequest, renewRecoveryCodes.HandleAsync, cancellationToken);

    [Function(nameof(RemoveTotp)), Endpoint(typeof(RemoveTotp), Access.Owner, Tags.Factors, SendsMail = true)]
    public Task<HttpResponseData> RemoveTotp(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/totp/remove")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.RemoveTotpRequest, removeTotp.HandleAsync, cancellationToken);
}
