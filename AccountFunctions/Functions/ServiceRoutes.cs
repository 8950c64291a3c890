using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

/// <summary>For other services and for operators.</summary>
public sealed class ServiceRoutes(HttpEdge edge, TokenMetadata metadata, StorageHealth health)
{
    [Function(nameof(JsonWebKeys)), Endpoint(null, Access.Public, Tags.Service)]
    [Operation("Keys of the access tokens", Description = "A JSON Web Key Set (RFC 7517).", Document = typeof(JsonWebKeys))]
    public Task<HttpResponseData> JsonWebKeys(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = ".well-known/jwks.json")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        ResponseWriter.WriteDocumentAsync(request, metadata.Keys, cancellationToken);

    [Function(nameof(OpenIdConfiguration)), Endpoint(null, Access.Public, Tags.Service)]
    [Operation(
        "Discovery",
        Description = "What a service needs to validate access tokens (OpenID Connect Discovery 1.0).",
        Document = typeof(OpenIdConfiguration))]
    public Task<HttpResponseData> OpenIdConfiguration(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = ".well-known/openid-configuration")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        ResponseWriter.WriteDocumentAsync(request, metadata.Configuration, cancellationToken);

    [Function(nameof(Live)), Endpoint(null, Access.Public, Tags.Service)]
    [Operation("Liveness", Description = "The app is running.")]
    public Task<HttpResponseData> Live(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health/live")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync<Success>(request, _ => Task.FromResult<Result<Success>>(Success.Done), cancellationToken);

    [Function(nameof(Ready)), Endpoint(null, Access.Public, Tags.Service)]
    [Operation("Readiness", Description = "Tables and queues answer.")]
    public Task<HttpResponseData> Ready(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "health/ready")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        edge.AnswerAsync<Success>(request, health.CheckAsync, cancellationToken);
}
