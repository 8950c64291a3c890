using AccountFunctions.Accounts;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Documentation;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Functions;

/// <summary>The documentation for client developers, unless <c>Accounts__ServeDocs</c> is false.</summary>
public sealed class DocumentationRoutes(HttpEdge edge, ApiDocument document, MailGallery gallery, IOptions<AccountOptions> options)
{
    [Function(nameof(OpenApi))]
    public Task<HttpResponseData> OpenApi(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "openapi.json")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        AnswerAsync(request, _ => WebFile.Json(document.Bytes), cancellationToken);

    [Function(nameof(Docs))]
    public Task<HttpResponseData> Docs(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "docs")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        AnswerAsync(request, DocumentationPages.SwaggerUi, cancellationToken);

    [Function(nameof(DocsErrors))]
    public Task<HttpResponseData> DocsErrors(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "docs/errors")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        AnswerAsync(request, root => ErrorReference.Write("../" + root), cancellationToken);

    [Function(nameof(DocsMails))]
    public Task<HttpResponseData> DocsMails(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "docs/mails")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        AnswerAsync(
            request,
            root => gallery.Write("../" + root, request.QueryValue("language")),
            cancellationToken);

    [Function(nameof(DocsAssets))]
    public Task<HttpResponseData> DocsAssets(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "docs/assets/{name}")] HttpRequestData request,
        string name,
        CancellationToken cancellationToken) =>
        AnswerAsync(request, _ => DocumentationPages.Assets.GetValueOrDefault(name), cancellationToken);

    private Task<HttpResponseData> AnswerAsync(HttpRequestData request, Func<string, WebFile?> find, CancellationToken cancellationToken)
    {
        // With a trailing slash, the browser resolves relative links one folder deeper.
        var root = request.FindUrl()?.AbsolutePath.EndsWith('/') == true ? "../" : "";
        return options.Value.ServeDocs && find(root) is { } file
            ? ResponseWriter.WriteFileAsync(request, file, cancellationToken)
            : edge.AnswerAsync<Success>(request, _ => Task.FromResult<Result<Success>>(Problem.NotFound), cancellationToken);
    }
}
