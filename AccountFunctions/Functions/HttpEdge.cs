using System.Diagnostics;
using System.Text.Json.Serialization.Metadata;
using AccountFunctions.Accounts;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Telemetry;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Functions;

/// <summary>
/// The pipeline between an HTTP request and its operation: identify the caller, read the body, run the operation, write the answer. No
/// exception escapes: outages and bugs also get an answer in the shape of the contract.
/// </summary>
public sealed partial class HttpEdge(
    CallerIdentifier identifier, IOptions<TokenOptions> tokens, RequestLimit limit, AccountMetrics metrics, ILogger<HttpEdge> logger)
{
    private static readonly Func<ILogger, string, IDisposable?> TraceScope = LoggerMessage.DefineScope<string>("TraceId:{TraceId}");
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>Runs an open operation within the limits of the network throttle.</summary>
    public Task<HttpResponseData> AnswerAsync<TRequest, TReply>(
        HttpRequestData request,
        JsonTypeInfo<TRequest> body,
        Func<TRequest, Visitor, CancellationToken, Task<Result<TReply>>> operation,
        CancellationToken cancellationToken)
        where TRequest : class
        where TReply : notnull => AnswerAsync(
            request,
            async cancellation =>
            {
                var countsRefusalsOnly = PolicyOf(request) is { CountsRefusalsOnly: true };
                var visitor = identifier.Visitor(request, counts: !countsRefusalsOnly, cancellation);
                var result = await RunAsync(request, body, (read, stop) => operation(read, visitor, stop), cancellation);

                // A request that was refused before the throttle's verdict also counts.
                var admission = countsRefusalsOnly && result.Problem is { Status: < 500 }
                    ? identifier.AdmitAsync(request, cancellation)
                    : visitor.Admission;
                return await admission is { } refused ? refused : result;
            },
            cancellationToken);

    /// <summary>Runs an open operation without a body within the limits of the network throttle.</summary>
    public Task<HttpResponseData> AnswerAsync<TReply>(
        HttpRequestData request, Func<Visitor, CancellationToken, Task<Result<TReply>>> operation, CancellationToken cancellationToken)
        where TReply : notnull => AnswerAsync(
            request,
            async cancellation =>
            {
                var visitor = identifier.Visitor(request, counts: true, cancellation);
                var result = await operation(visitor, cancellation);
                return await visitor.Admission is { } refused ? refused : result;
            },
            cancellationToken);

    /// <summary>Runs an operation for the owner of an account.</summary>
    public Task<HttpResponseData> AnswerAsync<TRequest, TReply>(
        HttpRequestData request,
        JsonTypeInfo<TRequest> body,
        Func<TRequest, Caller, CancellationToken, Task<Result<TReply>>> operation,
        CancellationToken cancellationToken)
        where TRequest : class
        where TReply : notnull => AnswerAsync(
            request,
            (Caller caller, CancellationToken cancellation) =>
                RunAsync(request, body, (read, stop) => operation(read, caller, stop), cancellation),
            cancellationToken);

    /// <summary>Runs an operation for the owner of an account, without a body.</summary>
    public Task<HttpResponseData> AnswerAsync<TReply>(
        HttpRequestData request, Func<Caller, CancellationToken, Task<Result<TReply>>> operation, CancellationToken cancellationToken)
        where TReply : notnull => AnswerAsync(
            request,
            async cancellation =>
            {
                var takesRepeats = PolicyOf(request) is { TakesRepeats: true };
                var caller = await identifier.CallerAsync(request, takesRepeats, cancellation);
                return caller.IsRefused ? caller.Problem
                    : await AdmitMailAsync(request, cancellation) is { } refused ? refused
                    : await operation(caller.Reply, cancellation);
            },
            cancellationToken);

    /// <summary>Runs an operation for administrators.</summary>
    public Task<HttpResponseData> AnswerAsync<TRequest, TReply>(
        HttpRequestData request,
        JsonTypeInfo<TRequest> body,
        Func<TRequest, Administrator, CancellationToken, Task<Result<TReply>>> operation,
        CancellationToken cancellationToken)
        where TRequest : class
        where TReply : notnull => AnswerAsync(
            request,
            (Administrator caller, CancellationToken cancellation) =>
                RunAsync(request, body, (read, stop) => operation(read, caller, stop), cancellation),
            cancellationToken);

    /// <summary>Runs an operation for administrators, without a body.</summary>
    public Task<HttpResponseData> AnswerAsync<TReply>(
        HttpRequestData request,
        Func<Administrator, CancellationToken, Task<Result<TReply>>> operation,
        CancellationToken cancellationToken)
        where TReply : notnull => AnswerAsync(
            request,
            async cancellation =>
            {
                var caller = await identifier.AdministratorAsync(request, cancellation);
                return caller.IsRefused ? caller.Problem
                    : await AdmitMailAsync(request, cancellation) is { } refused ? refused
                    : await operation(caller.Reply, cancellation);
            },
            cancellationToken);

    /// <summary>The pipeline itself. Endpoints that are open to everyone without a limit use it directly.</summary>
    public async Task<HttpResponseData> AnswerAsync<TReply>(
        HttpRequestData request, Func<CancellationToken, Task<Result<TReply>>> operation, CancellationToken cancellationToken)
        where TReply : notnull
    {
        var start = Stopwatch.GetTimestamp();
        var function = request.FunctionContext.FunctionDefinition.Name;
        var traceId = request.TraceId();
        using var activity = request.StartActivity();
        using var scope = TraceScope(logger, traceId);
        using var limited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limited.CancelAfter(limit.Duration);
        var (result, answer) = (default(Result<TReply>), default(HttpResponseData));
        try
        {
            result = await operation(limited.Token);

            // The writer reads a file from storage while it sends it.
            answer = result.FileName is null ? null : await WriteAsync(limited.Token);
        }
        catch (Exception e) when (e.IsOutage() || e is UnavailableException or OperationCanceledException)
        {
            result = Problem.Unavailable((e as UnavailableException)?.RetryAfter ?? RetryAfter);
            LogUnavailable(function, traceId, e);
        }
        catch (Exception e)
        {
            result = Problem.InternalFault;
            LogFailed(function, traceId, e);
        }

        if (result.Problem is { Status: < 500 } refusal)
        {
            LogRefused(function, refusal.Status, refusal.Message.Replace('\n', ','), traceId);
        }

        answer ??= await WriteAsync(cancellationToken);
        activity.SetAnswer((int)answer.StatusCode, result.Problem);
        metrics.Answered(function, (int)answer.StatusCode, result.Problem, Stopwatch.GetElapsedTime(start));
        return answer;

        Task<HttpResponseData> WriteAsync(CancellationToken stop) =>
            ResponseWriter.WriteAsync(request, result, PolicyOf(request), tokens.Value.Issuer, stop);
    }

    /// <summary>The refusal of a call that sends a mail, if such calls are over their limit; null otherwise.</summary>
    private Task<Problem?> AdmitMailAsync(HttpRequestData request, CancellationToken cancellationToken) =>
        PolicyOf(request) is { SendsMail: true } ? identifier.AdmitMailAsync(request, cancellationToken) : Task.FromResult<Problem?>(null);

    private static EndpointAttribute? PolicyOf(HttpRequestData request) =>
        RouteTable.PolicyOf(request.FunctionContext.FunctionDefinition);

    private static async Task<Result<TReply>> RunAsync<TRequest, TReply>(
        HttpRequestData request,
        JsonTypeInfo<TRequest> body,
        Func<TRequest, CancellationToken, Task<Result<TReply>>> operation,
        CancellationToken cancellationToken)
        where TRequest : class
        where TReply : notnull
    {
        var read = await RequestBody.ReadAsync(request, body, PolicyOf(request) is { BodyOptional: true }, cancellationToken);
        return read.IsRefused ? read.Problem : await operation(read.Reply, cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "{Function} refused: {Status} {Code}. Request {TraceId}.")]
    private partial void LogRefused(string function, int status, string code, string traceId);

    [LoggerMessage(LogLevel.Warning, "{Function} is unavailable. Request {TraceId}.")]
    private partial void LogUnavailable(string function, string traceId, Exception exception);

    [LoggerMessage(LogLevel.Error, "{Function} failed. Request {TraceId}.")]
    private partial void LogFailed(string function, string traceId, Exception exception);
}

/// <summary>How long a request may take before it gets 503.</summary>
public sealed record RequestLimit(TimeSpan Duration)
{
    public static RequestLimit Default { get; } = new(TimeSpan.FromSeconds(9));
}
