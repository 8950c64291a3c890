using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Extensions;
using Microsoft.Azure.Functions.Worker.Http;
using Microsoft.Extensions.Logging;

namespace LocalRuntime.Hosting;

/// <summary>Serves the HTTP functions with the routing of the Functions host: no such route and no such method are both a bare 404.</summary>
internal static partial class HttpFunctions
{
    public static void Map(WebApplication app, FunctionTable functions, string prefix)
    {
        foreach (var route in functions.Http.GroupBy(function => function.HttpTrigger!.Route ?? function.Name, StringComparer.OrdinalIgnoreCase))
        {
            var byMethod = new Dictionary<string, LocalFunction>(StringComparer.OrdinalIgnoreCase);
            foreach (var (function, method) in route.SelectMany(function => (function.HttpTrigger!.Methods ?? []).Select(method => (function, method))))
            {
                if (!byMethod.TryAdd(method, function))
                {
                    throw new StartException($"Functions {byMethod[method].Name} and {function.Name} have the same route and method.");
                }
            }

            app.Map($"{prefix}/{route.Key}", context => ServeAsync(context, byMethod, app.Logger));
        }
    }

    private static async Task ServeAsync(HttpContext http, Dictionary<string, LocalFunction> byMethod, ILogger logger)
    {
        if (!byMethod.TryGetValue(http.Request.Method, out var function))
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }

        var context = new LocalFunctionContext(function, http.RequestServices, http.RequestAborted);
        try
        {
            var request = new LocalHttpRequestData(context, http);
            var returned = await function.InvokeAsync(context, parameter =>
                parameter.ParameterType == typeof(HttpRequestData) ? request : http.Request.RouteValues.GetValueOrDefault(parameter.Name ?? "")?.ToString());
            if (returned is LocalHttpResponseData response)
            {
                await response.SendAsync(http.Response, http.RequestAborted);
            }
        }
        catch (Exception e)
        {
            LogFailed(logger, function.Name, e);
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        }
    }

    [LoggerMessage(LogLevel.Error, "Function {Function} failed.")]
    private static partial void LogFailed(ILogger logger, string function, Exception exception);
}

internal sealed class LocalHttpRequestData : HttpRequestData
{
    private const string ForwardedFor = "X-Forwarded-For";

    public LocalHttpRequestData(LocalFunctionContext context, HttpContext http)
        : base(context)
    {
        Body = http.Request.Body;
        Method = http.Request.Method;
        Url = new Uri(http.Request.GetEncodedUrl());
        foreach (var (name, values) in http.Request.Headers)
        {
            Headers.TryAddWithoutValidation(name, (IEnumerable<string?>)values);
        }

        // As Azure's front end does: the last entry is the address that it saw itself.
        Headers.Remove(ForwardedFor);
        Headers.TryAddWithoutValidation(
            ForwardedFor, string.Join(", ", http.Request.Headers[ForwardedFor].Append(new IPEndPoint(http.Connection.RemoteIpAddress ?? IPAddress.Loopback, http.Connection.RemotePort).ToString())));
    }

    public override Stream Body { get; }

    public override HttpHeadersCollection Headers { get; } = new();

    public override Uri Url { get; }

    public override string Method { get; }

    public override HttpResponseData CreateResponse() => new LocalHttpResponseData((LocalFunctionContext)FunctionContext);
}

internal sealed class LocalHttpResponseData(LocalFunctionContext context) : HttpResponseData(context)
{
    public override HttpStatusCode StatusCode { get; set; } = HttpStatusCode.OK;

    public override HttpHeadersCollection Headers { get; set; } = new();

    public override Stream Body { get; set; } = new MemoryStream();

    public async Task SendAsync(HttpResponse response, CancellationToken cancellationToken)
    {
        response.StatusCode = (int)StatusCode;
        foreach (var (name, values) in Headers.NonValidated)
        {
            response.Headers[name] = values.ToArray();
        }

        Body.Position = 0;
        response.ContentLength = Body.Length;
        await Body.CopyToAsync(response.Body, cancellationToken);
    }
}
