using System.Diagnostics;
using System.Globalization;
using System.Net;
using Google.Protobuf;
using LocalHost.Worker;
using LocalHost.Worker.Rpc;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;

namespace LocalHost.Hosting;

/// <summary>Serves the HTTP functions exactly as the Functions host does, even if that is inconvenient.</summary>
internal sealed partial class HttpFunctions(WorkerSupervisor worker, ILogger<HttpFunctions> logger)
{
    private const string ForwardedFor = "x-forwarded-for";
    private const string MaxBodySetting = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT";

    // As infra/ sets it. Without a setting, a host in Azure takes 100 MiB and copies it to the worker.
    private const long DefaultMaxBodyBytes = 1_048_576;

    /// <summary>The largest body that the host accepts, in bytes.</summary>
    /// <exception cref="StartException">The setting is not a number.</exception>
    public static long MaxBodyBytes(IConfiguration configuration) => configuration[MaxBodySetting] switch
    {
        null or "" => DefaultMaxBodyBytes,
        var text when long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var bytes) => bytes,
        var text => throw new StartException($"{MaxBodySetting} must be a number of bytes, not {text}."),
    };

    /// <exception cref="StartException">Two functions have the same route and method.</exception>
    public IReadOnlyList<Endpoint> Endpoints(IEnumerable<Function> functions, string prefix) =>
    [
        .. functions.Where(function => function.Route is not null)
            .GroupBy(function => function.Route, StringComparer.OrdinalIgnoreCase)
            .Select(route => Endpoint(RoutePatternFactory.Parse($"{prefix}/{route.Key}"), [.. route])),
    ];

    private Endpoint Endpoint(RoutePattern pattern, IReadOnlyList<Function> functions)
    {
        var byMethod = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (function, method) in functions.SelectMany(function => function.Methods.Select(method => (function, method))))
        {
            if (!byMethod.TryAdd(method, function.Name))
            {
                throw new StartException($"The functions {byMethod[method]} and {function.Name} have the same route and method.");
            }
        }

        return new RouteEndpointBuilder(context => ServeAsync(context, byMethod), pattern, order: 0).Build();
    }

    private async Task ServeAsync(HttpContext http, Dictionary<string, string> byMethod)
    {
        var running = await worker.GetAsync(http.RequestAborted);
        if (!byMethod.TryGetValue(http.Request.Method, out var name) || running.Find(name) is not { } function)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        if (!function.IsAnonymous)
        {
            // Only a deployed host has function keys, so no caller can have one here.
            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return;
        }

        var start = Stopwatch.GetTimestamp();
        try
        {
            var response = await running.Channel.InvokeAsync(await RequestAsync(http, function), http.RequestAborted);
            if (response.Result.Status is not StatusResult.Types.Status.Success)
            {
                LogFailed(function.Name, $"{response.Result.Exception?.Message}\n{response.Result.Exception?.StackTrace}".TrimEnd());
                http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            }
            else if (response.ReturnValue?.Http is { } answer)
            {
                await SendAsync(answer, http);
            }
        }
        catch (BadHttpRequestException e) when (e.StatusCode is StatusCodes.Status413PayloadTooLarge)
        {
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
            http.Response.Headers.Connection = "close";
        }
        catch (IOException e)
        {
            LogFailed(function.Name, e.Message);
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }

        LogServed(function.Name, http.Response.StatusCode, (long)Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }

    private static async Task<InvocationRequest> RequestAsync(HttpContext http, Function function)
    {
        var request = http.Request;

        // Read the raw value, because the typed property throws on names that are not valid IDNs.
        var url = $"{request.Scheme}://{request.Headers.Host}{request.PathBase}{request.Path}{request.QueryString}";
        var rpc = new RpcHttp { Method = request.Method, Url = url };
        foreach (var (name, values) in request.Headers)
        {
            rpc.NullableHeaders[name.ToLowerInvariant()] = new NullableString { Value = string.Join(',', (IEnumerable<string?>)values) };
        }

        // Like Azure's front end, make the last entry the address that the host saw itself.
        var socket = new IPEndPoint(http.Connection.RemoteIpAddress ?? IPAddress.Loopback, http.Connection.RemotePort);
        rpc.NullableHeaders[ForwardedFor] = new NullableString
        {
            Value = string.Join(", ", request.Headers[ForwardedFor].Append($"{socket}")),
        };
        foreach (var (name, values) in request.Query)
        {
            rpc.NullableQuery[name] = new NullableString { Value = values.ToString() };
        }

        // A body without a length never reaches a function of this HTTP model (azure-functions-host issue 7930).
        if (request.ContentLength > 0)
        {
            rpc.Body = new TypedData { Bytes = await ByteString.FromStreamAsync(request.Body, http.RequestAborted) };
        }

        // Without Application Insights the host passes on no trace, but the worker relies on the message.
        var invocation = new InvocationRequest
        {
            InvocationId = Guid.CreateVersion7().ToString(),
            FunctionId = function.Id,
            TraceContext = new RpcTraceContext(),
            InputData = { new ParameterBinding { Name = function.Parameter, Data = new TypedData { Http = rpc } } },
        };
        foreach (var (name, value) in request.RouteValues)
        {
            var text = Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";
            rpc.NullableParams[name] = new NullableString { Value = text };
            invocation.TriggerMetadata[name] = new TypedData { String = text };
        }

        return invocation;
    }

    // In chunks and without a length, as the host sends every answer.
    private static async Task SendAsync(RpcHttp answer, HttpContext http)
    {
        http.Response.StatusCode = int.Parse(answer.StatusCode, CultureInfo.InvariantCulture);
        foreach (var (name, value) in answer.Headers)
        {
            http.Response.Headers[name] = value;
        }

        if (answer.Body?.Bytes is { IsEmpty: false } body)
        {
            await http.Response.StartAsync(http.RequestAborted);
            await http.Response.BodyWriter.WriteAsync(body.Memory, http.RequestAborted);
        }
    }

    [LoggerMessage(LogLevel.Information, "{Function} {Status} {Milliseconds} ms")]
    private partial void LogServed(string function, int status, long milliseconds);

    [LoggerMessage(LogLevel.Error, "Function {Function} failed: {Message}")]
    private partial void LogFailed(string function, string message);
}
