using AccountFunctions.Accounts;
using AccountFunctions.Accounts.Factors;
using AccountFunctions.Contract.Description;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

/// <summary>The passkeys of an account.</summary>
public sealed class PasskeyRoutes(
    HttpEdge edge,
    BeginPasskey beginPasskey,
    AddPasskey addPasskey,
    ListPasskeys listPasskeys,
    RenamePasskey renamePasskey,
    RemovePasskey removePasskey,
    BeginPasskeyConfirmation beginPasskeyConfirmation)
{
    [Function(nameof(BeginPasskey)), Endpoint(typeof(BeginPasskey), Access.Owner, Tags.Factors)]
    public Task<HttpResponseData> BeginPasskey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/passkeys/options")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.BeginPasskeyRequest, beginPasskey.HandleAsync, cancellationToken);

    [Function(nameof(BeginPasskeyConfirmation)), Endpoint(typeof(BeginPasskeyConfirmation), Access.Owner, Tags.Factors)]
    public Task<HttpResponseData> BeginPasskeyConfirmation(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/passkeys/confirmation")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, beginPasskeyConfirmation.HandleAsync, cancellationToken);

    [Function(nameof(AddPasskey)), Endpoint(typeof(AddPasskey), Access.Owner, Tags.Factors, SendsMail = true)]
    public Task<HttpResponseData> AddPasskey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/passkeys")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.AddPasskeyRequest, addPasskey.HandleAsync, cancellationToken);

    [Function(nameof(ListPasskeys)), Endpoint(typeof(ListPasskeys), Access.Owner, Tags.Factors)]
    public Task<HttpResponseData> ListPasskeys(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "account/passkeys")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, listPasskeys.HandleAsync, cancellationToken);

    [Function(nameof(RenamePasskey)), Endpoint(typeof(RenamePasskey), Access.Owner, Tags.Factors)]
    public Task<HttpResponseData> RenamePasskey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/passkeys/{id}")] HttpRequestData request,
        string id,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(
            request,
            AccountJson.Default.RenamePasskeyRequest,
            (RenamePasskeyRequest body, Caller caller, CancellationToken stop) => renamePasskey.HandleAsync(id, body, caller, stop),
            cancellationToken);

    [Function(nameof(RemovePasskey)), Endpoint(typeof(RemovePasskey), Access.Owner, Tags.Factors, SendsMail = true)]
    public Task<HttpResponseData> RemovePasskey(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "account/passkeys/{id}")] HttpRequestData request,
        string id,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(
            request, (Caller caller, CancellationToken stop) => removePasskey.HandleAsync(id, caller, stop), cancellationToken);
}
