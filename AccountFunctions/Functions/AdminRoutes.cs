using AccountFunctions.Accounts;
using AccountFunctions.Accounts.Admin;
using AccountFunctions.Contract.Description;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

/// <summary>Accounts of others, for administrators.</summary>
public sealed class AdminRoutes(
    HttpEdge edge,
    ListAccounts listAccounts,
    InviteAccount inviteAccount,
    ShowAccount showAccount,
    ChangeAccount changeAccount,
    SignOutAccount signOutAccount,
    VoidPassword voidPassword,
    RemoveAccountTotp removeAccountTotp,
    RemoveAccount removeAccount,
    ListAccountEvents listAccountEvents)
{
    [Function(nameof(ListAccounts)), Endpoint(typeof(ListAccounts), Access.Administrator, Tags.Admin)]
    public Task<HttpResponseData> ListAccounts(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "account/admin/accounts")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(
            request,
            (Administrator administrator, CancellationToken stop) => listAccounts.HandleAsync(
                new AccountsQuery(
                    request.QueryValue("username"),
                    request.QueryValue("created_before"),
                    request.QueryNumber("page_size"),
                    request.QueryValue("page_token")),
                administrator,
                stop),
            cancellationToken);

    [Function(nameof(InviteAccount)), Endpoint(typeof(InviteAccount), Access.Administrator, Tags.Admin, SendsMail = true)]
    public Task<HttpResponseData> InviteAccount(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/admin/accounts")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.InviteAccountRequest, inviteAccount.HandleAsync, cancellationToken);

    [Function(nameof(ShowAccount)), Endpoint(typeof(ShowAccount), Access.Administrator, Tags.Admin)]
    public Task<HttpResponseData> ShowAccount(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "account/admin/accounts/{id}")] HttpRequestData request,
        string id,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(
            request,
            (Administrator administrator, CancellationToken stop) => showAccount.HandleAsync(id, administrator, stop),
            cancellationToken);

    [Function(nameof(ChangeAccount)), Endpoint(typeof(ChangeAccount), Access.Administrator, Tags.Admin, SendsMail = true)]
    public Task<HttpResponseData> ChangeAccount(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/admin/accounts/{id}")] HttpRequestData request,
        string id,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(
            request,
            AccountJson.Default.ChangeAccountRequest,
            (ChangeAccountRequest body, Administrator administrator, CancellationToken stop) =>
                changeAccount.HandleAsync(id, body, administrator, stop),
            cancellationToken);

    [Function(nameof(SignOutAccount)), Endpoint(typeof(SignOutAccount), Access.Administrator, Tags.Admin)]
    public Task<HttpResponseData> SignOutAccount(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/admin/accounts/{id}/sign-out")] HttpRequestData request,
        string id,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(
            request,
            (Administrator administrator, CancellationToken stop) => signOutAccount.HandleAsync(id, administrator, stop),
            cancellationToken);

    [Function(nameof(VoidPassword)), Endpoint(typeof(VoidPassword), Access.Administrator, Tags.Admin, SendsMail = true)]
    public Task<HttpResponseData> VoidPassword(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/admin/accounts/{id}/reset")] HttpRequestData request,
        string id,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(
            request,
            (Administrator administrator, CancellationToken stop) => voidPassword.HandleAsync(id, administrator, stop),
            cancellationToken);

    [Function(nameof(RemoveAccountTotp)), Endpoint(typeof(RemoveAccountTotp), Access.Administrator, Tags.Admin, SendsMail = true)]
    public Task<HttpResponseData> RemoveAccountTotp(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/admin/accounts/{id}/totp/remove")] HttpRequestData request,
        string id,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(
            request,
            (Administrator administrator, CancellationToken stop) => removeAccountTotp.HandleAsync(id, administrator, stop),
            cancellationToken);

    [Function(nameof(RemoveAccount)), Endpoint(typeof(RemoveAccount), Access.Administrator, Tags.Admin, SendsMail = true)]
    public Task<HttpResponseData> RemoveAccount(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "account/admin/accounts/{id}")] HttpRequestData request,
        string id,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(
            request,
            (Administrator administrator, CancellationToken stop) => removeAccount.HandleAsync(
                id, new RemoveAccountQuery(request.QueryValue("now") is "true"), administrator, stop),
            cancellationToken);

    [Function(nameof(ListAccountEvents)), Endpoint(typeof(ListAccountEvents), Access.Administrator, Tags.Admin)]
    public Task<HttpResponseData> ListAccountEvents(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "account/admin/accounts/{id}/events")] HttpRequestData request,
        string id,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(
            request,
            (Administrator administrator, CancellationToken stop) => listAccountEvents.HandleAsync(
                id,
                new EventsQuery(request.QueryNumber("page_size"), request.QueryValue("page_token")),
                administrator,
                stop),
            cancellationToken);
}
