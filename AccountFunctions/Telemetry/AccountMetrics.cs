using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using AccountFunctions.Contract.Answers;

namespace AccountFunctions.Telemetry;

/// <summary>
/// The instruments of the app; docs/operations.md lists them. Tags take their values from small fixed sets: never an address, an id or user
/// input.
/// </summary>
/// <param name="meter">The meter <see cref="MeterName"/>.</param>
public sealed class AccountMetrics(Meter meter)
{
    public const string MeterName = "AccountFunctions";

    // What the semantic conventions for HTTP advise.
    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    };

    private static readonly InstrumentAdvice<double> Waits = new()
    {
        HistogramBucketBoundaries = [1, 2, 5, 15, 60, 300, 900, 3600, 14_400, 86_400],
    };

    private readonly Histogram<double> requests =
        meter.CreateHistogram("accounts.request.duration", "s", "Requests that were answered, and how long that took.", advice: Durations);

    private readonly Counter<long> throttled =
        meter.CreateCounter<long>("accounts.throttle.refusals", "{request}", "Requests that a throttle refused.");

    private readonly Counter<long> reuses =
        meter.CreateCounter<long>("accounts.refresh_token.reuses", "{token}", "Used refresh tokens that came again after their grace.");

    private readonly Histogram<double> hashes =
        meter.CreateHistogram("accounts.password_hash.duration", "s", "Password hashes, and how long each ran.", advice: Durations);

    private readonly UpDownCounter<long> activeHashes =
        meter.CreateUpDownCounter<long>("accounts.password_hash.active", "{hash}", "Password hashes that run or wait for their turn.");

    private readonly Counter<long> refusedHashes =
        meter.CreateCounter<long>(
            "accounts.password_hash.refusals", "{hash}", "Password hashes that were refused because too many waited.");

    private readonly Histogram<double> storage =
        meter.CreateHistogram("accounts.storage.duration", "s", "Calls to tables and queues, each try by itself.", advice: Durations);

    private readonly Histogram<double> lags =
        meter.CreateHistogram("accounts.queue.lag", "s", "How late a job of a queue was handled.", advice: Waits);

    private readonly Counter<long> mails = meter.CreateCounter<long>("accounts.mail.outcomes", "{mail}", "What came of mail jobs.");

    /// <summary>False while nobody collects the measurements of storage.</summary>
    public bool MeasuresStorage => storage.Enabled;

    public void Answered(string operation, int status, Problem? problem, TimeSpan duration)
    {
        var tags = new TagList { { "accounts.operation", operation }, { "http.response.status_code", status } };
        if (problem is not null)
        {
            tags.Add("error.type", problem.Code);
        }

        requests.Record(duration.TotalSeconds, tags);
        if (problem?.Throttle is { } throttle)
        {
            throttled.Add(1, new KeyValuePair<string, object?>("accounts.throttle.kind", NameOf(throttle)));
        }
    }

    public void RefreshTokenReused() => reuses.Add(1);

    public void HashEntered() => activeHashes.Add(1);

    public void HashLeft() => activeHashes.Add(-1);

    public void HashRefused() => refusedHashes.Add(1);

    public void Hashed(TimeSpan duration) => hashes.Record(duration.TotalSeconds);

    /// <param name="target">The table or queue.</param>
    /// <param name="outcome">The status of the response, or the type of the exception where none came.</param>
    public void StorageCalled(string target, string method, object outcome, TimeSpan duration) => storage.Record(
        duration.TotalSeconds,
        new TagList
        {
            { "accounts.storage.target", target },
            { "http.request.method", method },
            { outcome is int ? "http.response.status_code" : "error.type", outcome },
        });

    /// <param name="lag">The time since a mail was requested, or since another job was due.</param>
    public void JobHandled(string queue, TimeSpan lag) =>
        lags.Record(lag.TotalSeconds, new KeyValuePair<string, object?>("messaging.destination.name", queue));

    /// <param name="reason">One of a few fixed sentences, as in the log.</param>
    /// <param name="kind">Of the mail, in snake_case; null if its job cannot be read.</param>
    public void MailHandled(string? kind, string outcome, string? reason = null)
    {
        var tags = new TagList { { "accounts.mail.outcome", outcome } };
        if (kind is not null)
        {
            tags.Add("accounts.mail.kind", kind);
        }

        if (reason is not null)
        {
            tags.Add("accounts.mail.reason", reason);
        }

        mails.Add(1, tags);
    }

    private static string NameOf(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
