using System.Diagnostics;
using System.Net;
using System.Text.Json.Serialization.Metadata;
using AccountFunctions.Accounts;
using AccountFunctions.Email;
using AccountFunctions.Security;
using AccountFunctions.Telemetry;
using Azure;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Functions;

/// <summary>
/// What lies between an HTTP request and an operation: reads the request, finds out who calls, runs the operation and answers with what came of it.
/// Nothing escapes: an outage, too, is answered in the shape of the contract.
/// </summary>
public sealed partial class HttpEdge(
    CallerAuthenticator authenticator,
    NetworkThrottle throttle,
    IOptions<ThrottleOptions> options,
    IOptions<TokenOptions> tokens,
    AccountMetrics metrics,
    ILogger<HttpEdge> logger)
{
    private static readonly Func<ILogger, string, IDisposable?> TraceScope = LoggerMessage.DefineScope<string>("TraceId:{TraceId}");
    private static readonly TimeSpan MaxDuration = TimeSpan.FromSeconds(9);
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>An operation that anybody may call, as often as the network throttle admits.</summary>
    public Task<HttpResponseData> AnswerVisitorAsync<TRequest, TReply>(
        HttpRequestData request,
        JsonTypeInfo<TRequest> type,
        Func<TRequest, Visitor, CancellationToken, Task<Result<TReply>>> operation,
        CancellationToken cancellationToken,
        HttpStatusCode success = HttpStatusCode.OK)
        where TRequest : class =>
        AnswerAsync(
            request,
            async cancellation =>
            {
                var network = ClientNetwork.Of(request.Header("X-Forwarded-For"), options.Value.TrustedProxyHops);
                var visitor = new Visitor(request.UserAgent(), EmailLanguage.Choose(request.Header("Accept-Language")), throttle.AdmitAsync(network, cancellation));
                var body = await RequestBody.ReadAsync(request, type, cancellation);
                var result = body.Reply is { } read ? await operation(read, visitor, cancellation) : new Result<TReply>(body.Problem!);

                // What was refused before the verdict was asked for counts, too.
                return await visitor.Admission is { } refused ? refused : result;
            },
            cancellationToken,
            success);

    /// <summary>An operation of the signed-in caller.</summary>
    public Task<HttpResponseData> AnswerCallerAsync<TReply>(
        HttpRequestData request, Func<Caller, CancellationToken, Task<Result<TReply>>> operation, CancellationToken cancellationToken) =>
        AnswerAsync(
            request,
            async cancellation =>
            {
                var caller = await authenticator.AuthenticateAsync(request.Header("Authorization"), cancellation);
                return caller.Reply is { } known ? await operation(known with { IfMatch = request.Header("If-Match") }, cancellation) : caller.Problem!;
            },
            cancellationToken);

    /// <summary>An operation of the signed-in caller with a request body, which may be left out where every member of it may.</summary>
    public Task<HttpResponseData> AnswerCallerAsync<TRequest, TReply>(
        HttpRequestData request,
        JsonTypeInfo<TRequest> type,
        Func<TRequest, Caller, CancellationToken, Task<Result<TReply>>> operation,
        CancellationToken cancellationToken,
        TRequest? withoutBody = null)
        where TRequest : class =>
        AnswerCallerAsync(
            request,
            async (caller, cancellation) =>
            {
                var body = await RequestBody.ReadAsync(request, type, cancellation, withoutBody);
                return body.Reply is { } read ? await operation(read, caller, cancellation) : body.Problem!;
            },
            cancellationToken);

    /// <summary>Runs an operation and answers with what came of it.</summary>
    public async Task<HttpResponseData> AnswerAsync<TReply>(
        HttpRequestData request,
        Func<CancellationToken, Task<Result<TReply>>> operation,
        CancellationToken cancellationToken,
        HttpStatusCode success = HttpStatusCode.OK)
    {
        var start = Stopwatch.GetTimestamp();
        using var activity = request.StartActivity();
        using var scope = TraceScope(logger, request.TraceId());
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(MaxDuration);
        Result<TReply> result;
        try
        {
            result = await operation(limited.Token);
        }
        catch (Exception e)
        {
            result = Problem.Unavailable((e as UnavailableException)?.RetryAfter ?? RetryAfter);
            Log(request.FunctionContext.FunctionDefinition.Name, request.TraceId(), e);
        }

        if (result.Problem is { Status: < 500 } refusal)
        {
            LogRefused(request.FunctionContext.FunctionDefinition.Name, refusal.Status, refusal.Message.Replace('\n', ','), request.TraceId());
        }

        var answer = await Answer.WriteAsync(request, result, success, tokens.Value.Issuer, cancellationToken);
        metrics.Answered(request.FunctionContext.FunctionDefinition.Name, (int)answer.StatusCode, result.Problem, Stopwatch.GetElapsedTime(start));
        return answer;
    }

    private void Log(string function, string traceId, Exception exception)
    {
        // AggregateException is what the Azure SDK throws once its retries are used up.
        if (exception is UnavailableException or RequestFailedException or AggregateException or OperationCanceledException)
        {
            LogUnavailable(function, traceId, exception);
        }
        else
        {
            LogFailed(function, traceId, exception);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Function} refused: {Status} {Code}. Request {TraceId}.")]
    private partial void LogRefused(string function, int status, string code, string traceId);

    [LoggerMessage(LogLevel.Warning, "{Function} could not be answered. Request {TraceId}.")]
    private partial void LogUnavailable(string function, string traceId, Exception exception);

    [LoggerMessage(LogLevel.Error, "{Function} failed. Request {TraceId}.")]
    private partial void LogFailed(string function, string traceId, Exception exception);
}
