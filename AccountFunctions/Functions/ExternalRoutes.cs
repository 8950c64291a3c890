using AccountFunctions.Accounts;
using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Description;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

/// <summary>Sign-in at other providers.</summary>
public sealed class ExternalRoutes(
    HttpEdge edge, LoginExternal loginExternal, BeginExternal beginExternal, CompleteExternal completeExternal)
{
    [Function(nameof(LoginExternal)), Endpoint(typeof(LoginExternal), Access.Anyone, Tags.Session)]
    public Task<HttpResponseData> LoginExternal(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "account/login/external")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(request, AccountJson.Default.LoginExternalRequest, loginExternal.HandleAsync, cancellationToken);

    [Function(nameof(BeginExternal)), Endpoint(typeof(BeginExternal), Access.Anyone, Tags.Session, Status = 302)]
    public Task<HttpResponseData> BeginExternal(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "account/login/external/{provider}")] HttpRequestData request,
        string provider,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(
            request,
            (visitor, cancellation) => beginExternal.HandleAsync(
                provider,
                new BeginExternalQuery(request.QueryValue("return_url"), request.QueryValue("code_challenge")),
                request.Header("Cookie"),
                visitor,
                cancellation),
            cancellationToken);

    [Function(nameof(CompleteExternal)), Endpoint(typeof(CompleteExternal), Access.Anyone, Tags.Session, Status = 302, ForBrowsers = true)]
    public Task<HttpResponseData> CompleteExternal(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", "post", Route = "account/login/external/{provider}/callback")]
        HttpRequestData request,
        string provider,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync(
            request,
            async (visitor, cancellation) => await completeExternal.HandleAsync(
                provider, await request.ReadProviderAnswerAsync(cancellation), visitor, cancellation),
            cancellationToken);
}
