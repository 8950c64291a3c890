using System.Diagnostics;

namespace AccountFunctions.Telemetry;

/// <summary>
/// The spans of the app: operations, jobs, mails, and calls to storage. Names and tags come from small fixed sets, as those of <see
/// cref="AccountMetrics"/> do: never an address, an id, a key or a URL.
/// </summary>
public static class Tracing
{
    public static readonly ActivitySource Source = new(AccountMetrics.MeterName);

    /// <summary>
    /// Starts the work of a job as a part of the request that sent it, with a link to the call of the queue function. Null: nobody listens.
    /// </summary>
    /// <param name="trace">What <see cref="Current"/> was in the request; null: unknown.</param>
    public static Activity? StartJob(string name, string? trace) =>
        ActivityContext.TryParse(trace, null, isRemote: true, out var request)
            ? Source.StartActivity(
                name, ActivityKind.Consumer, request, links: Activity.Current is { } call ? [new ActivityLink(call.Context)] : null)
            : Source.StartActivity(name, ActivityKind.Consumer);

    /// <summary>The W3C trace context of what runs now; null: none.</summary>
    public static string? Current => Activity.Current is { IdFormat: ActivityIdFormat.W3C } activity ? activity.Id : null;

    /// <summary>Marks a span as failed, with the type of the error alone: its message may name an address.</summary>
    public static void SetError(this Activity? span, string type) => span?.SetTag("error.type", type).SetStatus(ActivityStatusCode.Error);
}
