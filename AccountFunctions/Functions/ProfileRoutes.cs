using AccountFunctions.Accounts;
using AccountFunctions.Accounts.Profile;
using AccountFunctions.Contract.Description;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

/// <summary>The account, for its owner.</summary>
public sealed class ProfileRoutes(
    HttpEdge edge,
    UpdateDetails updateDetails,
    ChangePassword changePassword,
    ChangeEmail changeEmail,
    ConfirmEmail confirmEmail,
    ListEvents listEvents,
    ExportAccount exportAccount,
    DeleteAccount deleteAccount)
{
    [Function(nameof(GetDetails)), Endpoint(typeof(GetDetails), Access.Owner, Tags.Profile)]
    public Task<HttpResponseData> GetDetails(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "account/details")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, Accounts.Profile.GetDetails.HandleAsync, cancellationToken);

    [Function(nameof(UpdateDetails)), Endpoint(typeof(UpdateDetails), Access.Owner, Tags.Profile)]
    public Task<HttpResponseData> UpdateDetails(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/details")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.UpdateDetailsRequest, updateDetails.HandleAsync, cancellationToken);

    [Function(nameof(ChangePassword)), Endpoint(typeof(ChangePassword), Access.Owner, Tags.Profile, SendsMail = true)]
    public Task<HttpResponseData> ChangePassword(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/password")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.ChangePasswordRequest, changePassword.HandleAsync, cancellationToken);

    [Function(nameof(ChangeEmail)), Endpoint(typeof(ChangeEmail), Access.Owner, Tags.Profile, SendsMail = true)]
    public Task<HttpResponseData> ChangeEmail(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/email")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.ChangeEmailRequest, changeEmail.HandleAsync, cancellationToken);

    [Function(nameof(ConfirmEmail)), Endpoint(typeof(ConfirmEmail), Access.Owner, Tags.Profile, SendsMail = true)]
    public Task<HttpResponseData> ConfirmEmail(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/email/confirm")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.ConfirmEmailRequest, confirmEmail.HandleAsync, cancellationToken);

    [Function(nameof(ListEvents)), Endpoint(typeof(ListEvents), Access.Owner, Tags.Profile)]
    public Task<HttpResponseData> ListEvents(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "account/events")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(
            request,
            (caller, stop) => listEvents.HandleAsync(
                new EventsQuery(request.QueryNumber("page_size"), request.QueryValue("page_token")), caller, stop),
            cancellationToken);

    [Function(nameof(ExportAccount)), Endpoint(typeof(ExportAccount), Access.Owner, Tags.Profile)]
    public Task<HttpResponseData> ExportAccount(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "account/export")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, exportAccount.HandleAsync, cancellationToken);

    [Function(nameof(DeleteAccount)), Endpoint(typeof(DeleteAccount), Access.Owner, Tags.Profile, SendsMail = true, TakesRepeats = true)]
    public Task<HttpResponseData> DeleteAccount(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/delete")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.DeleteAccountRequest, deleteAccount.HandleAsync, cancellationToken);
}
