using AccountFunctions.Accounts;
using AccountFunctions.Contract;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

/// <summary>The account, for its owner.</summary>
public sealed class ProfileRoutes(HttpEdge edge, UpdateDetails updateDetails, ChangePassword changePassword)
{
    [Function(nameof(GetDetails)), Endpoint(typeof(GetDetails), Access.Owner, Tags.Profile)]
    public Task<HttpResponseData> GetDetails(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "account/details")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, Accounts.GetDetails.HandleAsync, cancellationToken);

    [Function(nameof(UpdateDetails)), Endpoint(typeof(UpdateDetails), Access.Owner, Tags.Profile)]
    public Task<HttpResponseData> UpdateDetails(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/details")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.UpdateDetailsRequest, updateDetails.HandleAsync, cancellationToken);

    [Function(nameof(ChangePassword)), Endpoint(typeof(ChangePassword), Access.Owner, Tags.Profile)]
    public Task<HttpResponseData> ChangePassword(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/password")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.ChangePasswordRequest, changePassword.HandleAsync, cancellationToken);
}
