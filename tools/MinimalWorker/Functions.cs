using System.Net;
using System.Text;
using Azure.Data.Tables;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace MinimalWorker;

/// <summary>Functions that reveal how a host treats them.</summary>
public sealed class Functions(FunctionCalls calls)
{
    [Function(nameof(Hello))]
    public Task<HttpResponseData> Hello(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", "head", Route = "hello")] HttpRequestData request,
        CancellationToken cancellationToken) =>
        AnswerAsync(request, "hello", cancellationToken);

    [Function(nameof(GetThing))]
    public Task<HttpResponseData> GetThing(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "things/{id}")] HttpRequestData request,
        string id,
        CancellationToken cancellationToken) =>
        AnswerAsync(request, $"get {id}", cancellationToken);

    [Function(nameof(ChangeThing))]
    public Task<HttpResponseData> ChangeThing(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "things/{id}")] HttpRequestData request,
        string id,
        CancellationToken cancellationToken) =>
        AnswerAsync(request, $"post {id}", cancellationToken);

    [Function(nameof(Number))]
    public Task<HttpResponseData> Number(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "numbers/{number:int}")] HttpRequestData request,
        string number,
        CancellationToken cancellationToken) =>
        AnswerAsync(request, number, cancellationToken);

    /// <summary>Answers with what the worker received: a line for each header, then the trace, then the body.</summary>
    [Function(nameof(Echo))]
    public async Task<HttpResponseData> Echo(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "echo")] HttpRequestData request, CancellationToken cancellationToken)
    {
        var lines = request.Headers.NonValidated.Select(header => $"{header.Key}={header.Value}");
        using var reader = new StreamReader(request.Body);
        var body = await reader.ReadToEndAsync(cancellationToken);
        return await AnswerAsync(
            request,
            string.Join('\n', [.. lines, $"trace={request.FunctionContext.TraceContext.TraceParent}", $"body={body}"]),
            cancellationToken);
    }

    [Function(nameof(Crash))]
    public Task<HttpResponseData> Crash([HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "crash")] HttpRequestData request) =>
        throw new InvalidOperationException($"a fault in {request.Method}");

    [Function(nameof(Keyed))]
    public Task<HttpResponseData> Keyed(
        [HttpTrigger(AuthorizationLevel.Function, "get", Route = "keyed")] HttpRequestData request, CancellationToken cancellationToken) =>
        AnswerAsync(request, "nobody has the key", cancellationToken);

    [Function(nameof(Hang))]
    public async Task<HttpResponseData> Hang(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "hang")] HttpRequestData request, CancellationToken cancellationToken)
    {
        await calls.HangAsync("request", cancellationToken);
        return await AnswerAsync(request, "released", cancellationToken);
    }

    /// <summary>The cost of reading an account without anything around it.</summary>
    [Function(nameof(ReadRow))]
    public async Task<HttpResponseData> ReadRow(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "rows/{id}")] HttpRequestData request,
        string id,
        FunctionContext context,
        CancellationToken cancellationToken)
    {
        var service = (TableServiceClient)context.InstanceServices.GetService(typeof(TableServiceClient))!;
        var row = await service.GetTableClient("Accounts")
            .GetEntityIfExistsAsync<TableEntity>(id, "account", cancellationToken: cancellationToken);
        return await AnswerAsync(request, row.HasValue ? row.Value?.GetString("FirstName") ?? "" : "", cancellationToken);
    }

    [Function(nameof(Work))]
    public Task Work([QueueTrigger("work", Connection = "AccountsStorage")] QueueMessage message, CancellationToken cancellationToken) =>
        calls.WorkAsync(message, cancellationToken);

    private static async Task<HttpResponseData> AnswerAsync(HttpRequestData request, string text, CancellationToken cancellationToken)
    {
        var response = request.CreateResponse(HttpStatusCode.OK);
        await response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken);
        return response;
    }
}
