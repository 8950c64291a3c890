using System.Diagnostics;
using AccountFunctions.Telemetry;
using Azure.Core;
using Azure.Core.Pipeline;

namespace AccountFunctions.Storage;

/// <summary>
/// Measures and traces every try of every storage call, by table or queue. It keeps nothing else of the URLs, because they contain keys.
/// </summary>
public sealed class StorageMetricsPolicy(AccountMetrics metrics) : HttpPipelinePolicy
{
    private const string Target = "accounts.storage.target";

    private static readonly string[] Names = [.. TableNames.All, .. QueueNames.All];

    /// <summary>Names the table of the calls in this scope, because the URL of a transaction does not.</summary>
    public static IDisposable Naming(string table) =>
        HttpPipeline.CreateHttpMessagePropertiesScope(new Dictionary<string, object?> { [Target] = table });

    public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        ProcessAsync(message, pipeline, async: false).AsTask().GetAwaiter().GetResult();

    public override ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) =>
        ProcessAsync(message, pipeline, async: true);

    private async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline, bool async)
    {
        if (!metrics.MeasuresStorage && !Tracing.Source.HasListeners())
        {
            await NextAsync(message, pipeline, async);
            return;
        }

        var (target, method, start) = (NameOf(message), message.Request.Method.Method, Stopwatch.GetTimestamp());
        using var span = Tracing.Source.StartActivity($"{method} {target}", ActivityKind.Client);
        object outcome = "unknown";
        try
        {
            await NextAsync(message, pipeline, async);
            outcome = message.Response.Status;
            span?.SetTag("http.response.status_code", outcome);
        }
        catch (Exception e)
        {
            outcome = e.GetType().Name;
            span.SetError(e.GetType().Name);
            throw;
        }
        finally
        {
            metrics.StorageCalled(target, method, outcome, Stopwatch.GetElapsedTime(start));
        }
    }

    private static async ValueTask NextAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline, bool async)
    {
        if (async)
        {
            await ProcessNextAsync(message, pipeline);
        }
        else
        {
            ProcessNext(message, pipeline);
        }
    }

    private static string NameOf(HttpMessage message)
    {
        if (message.TryGetProperty(Target, out var named) && named is string table)
        {
            return table;
        }

        var path = message.Request.Uri.Path;
        return Array.Find(Names, name => path.Contains($"/{name}", StringComparison.Ordinal)) ?? "other";
    }
}
