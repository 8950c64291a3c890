using System.Diagnostics;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Telemetry;
using Microsoft.Azure.Functions.Worker;
using Microsoft.Azure.Functions.Worker.Http;

namespace AccountFunctions.Functions;

internal static class RequestTrace
{
    /// <summary>The id of a request in its answer and in the logs: 32 hex digits.</summary>
    public static string TraceId(this HttpRequestData request) => request.Trace().TraceId.ToHexString();

    /// <summary>Continues the trace of the request, so that its calls to storage carry its id whether or not the host traces.</summary>
    public static Activity StartActivity(this HttpRequestData request)
    {
        var (trace, name) = (request.Trace(), request.FunctionContext.FunctionDefinition.Name);

        // The worker's span, if it traces, lies between the client's and this one.
        var parent = Activity.Current is { } call && call.TraceId == trace.TraceId ? call.Context : trace;
        return Tracing.Source.StartActivity(name, ActivityKind.Internal, parent)

            // Nobody listens, and the client does not decide what is kept.
            ?? new Activity(name).SetParentId(parent.TraceId, parent.SpanId).Start();
    }

    /// <summary>Notes the answer in the span of the request, if anybody listens.</summary>
    public static void SetAnswer(this Activity span, int status, Problem? problem)
    {
        if (!Tracing.Source.HasListeners())
        {
            return;
        }

        span.SetTag("http.response.status_code", status);
        if (problem is { Status: >= 500 })
        {
            span.SetError(problem.Code);
        }
        else
        {
            span.SetTag("error.type", problem?.Code);
        }
    }

    // The function context keeps the trace, so that each request reads the headers once.
    private static ActivityContext Trace(this HttpRequestData request)
    {
        var items = request.FunctionContext.Items;
        if (!items.TryGetValue(typeof(RequestTrace), out var known))
        {
            items[typeof(RequestTrace)] = known = Read(request);
        }

        return (ActivityContext)known;
    }

    /// <summary>
    /// The client's W3C trace context if it sends a valid <c>traceparent</c>. Otherwise the host's or the worker's (which exist only with
    /// Application Insights), or the id of the invocation.
    /// </summary>
    private static ActivityContext Read(HttpRequestData request) =>
        ActivityContext.TryParse(request.Header("traceparent"), null, out var client)
            ? client
            : new ActivityContext(IdOf(request.FunctionContext), ActivitySpanId.CreateRandom(), ActivityTraceFlags.None);

    private static ActivityTraceId IdOf(FunctionContext invocation) =>
        ActivityContext.TryParse(invocation.TraceContext.TraceParent, null, out var host) ? host.TraceId
        : Activity.Current is { } call ? call.TraceId
        : ActivityTraceId.CreateFromString(invocation.InvocationId.Replace("-", "", StringComparison.Ordinal));
}
