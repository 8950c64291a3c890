using System.Collections.Concurrent;
using System.Net;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Tests.LocalRuntime;

/// <summary>Functions of no app, to see what LocalRuntime does with them.</summary>
public sealed class TestFunctions(TestFunctions.Calls calls)
{
    [Function(nameof(Echo))]
    public Task<HttpResponseData> Echo(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "things/{id}")] HttpRequestData request, string id, CancellationToken cancellationToken) =>
        AnswerAsync(request, $"get {id} {string.Join('|', request.Headers.GetValues("X-Forwarded-For"))}", cancellationToken);

    [Function(nameof(Change))]
    public Task<HttpResponseData> Change(
        [HttpTrigger(AuthorizationLevel.Anonymous, "post", Route = "things/{id}")] HttpRequestData request, string id, CancellationToken cancellationToken) =>
        AnswerAsync(request, $"post {id}", cancellationToken);

    [Function(nameof(Number))]
    public Task<HttpResponseData> Number(
        [HttpTrigger(AuthorizationLevel.Anonymous, "get", Route = "numbers/{number:int}")] HttpRequestData request, string number, CancellationToken cancellationToken) =>
        AnswerAsync(request, number, cancellationToken);

    [Function(nameof(Crash))]
    public Task<HttpResponseData> Crash([HttpTrigger(AuthorizationLevel.Anonymous, "get")] HttpRequestData request) =>
        throw new InvalidOperationException($"a secret in {request.Method}");

    [Function(nameof(Work))]
    public async Task Work([QueueTrigger("work", Connection = "AccountsStorage")] QueueMessage message)
    {
        var text = message.Body.ToString();
        calls.Seen.Enqueue((text, message.DequeueCount));
        if (text.StartsWith("slow", StringComparison.Ordinal))
        {
            await calls.Release.Task;
        }

        if (text.StartsWith("bad", StringComparison.Ordinal))
        {
            throw new InvalidOperationException("bad");
        }
    }

    private static async Task<HttpResponseData> AnswerAsync(HttpRequestData request, string text, CancellationToken cancellationToken)
    {
        var response = request.CreateResponse();
        response.StatusCode = HttpStatusCode.OK;
        await response.Body.WriteAsync(System.Text.Encoding.UTF8.GetBytes(text), cancellationToken);
        return response;
    }

    public sealed class Calls
    {
        public ConcurrentQueue<(string Text, long DequeueCount)> Seen { get; } = [];

        public TaskCompletionSource Release { get; } = new();
    }
}
