using AccountFunctions.Accounts;
using AccountFunctions.Accounts.Identities;
using AccountFunctions.Contract.Description;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

/// <summary>Identities at other providers.</summary>
public sealed class IdentityRoutes(
    HttpEdge edge, ListIdentities listIdentities, LinkIdentity linkIdentity, UnlinkIdentity unlinkIdentity)
{
    [Function(nameof(ListIdentities)), Endpoint(typeof(ListIdentities), Access.Owner, Tags.Factors)]
    public Task<HttpResponseData> ListIdentities(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "account/identities")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, listIdentities.HandleAsync, cancellationToken);

    [Function(nameof(LinkIdentity)), Endpoint(typeof(LinkIdentity), Access.Owner, Tags.Factors, SendsMail = true)]
    public Task<HttpResponseData> LinkIdentity(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/identities")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.LinkIdentityRequest, linkIdentity.HandleAsync, cancellationToken);

    [Function(nameof(UnlinkIdentity)), Endpoint(typeof(UnlinkIdentity), Access.Owner, Tags.Factors, SendsMail = true)]
    public Task<HttpResponseData> UnlinkIdentity(
        [HttpTrigger(AuthorizationLevel.Anonymous, "delete", Route = "account/identities/{provider}")] HttpRequestData request,
        string provider,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, (caller, cancellation) => unlinkIdentity.HandleAsync(provider, caller, cancellation), cancellationToken);
}
