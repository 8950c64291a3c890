using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Text.Json;
using AccountFunctions.Contract.Answers;

namespace AccountFunctions.Telemetry;

/// <summary>
/// The instruments of the app; docs/operations.md lists them. Tag values come from small fixed sets: never an address, an id or user input.
/// </summary>
/// <param name="meter">The meter <see cref="MeterName"/>.</param>
public sealed class AccountMetrics(Meter meter)
{
    public const string MeterName = "AccountFunctions";

    private static readonly TimeSpan Slow = TimeSpan.FromSeconds(1);

    // The buckets that the semantic conventions for HTTP recommend.
    private static readonly InstrumentAdvice<double> Durations = new()
    {
        HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 2.5, 5, 7.5, 10],
    };

    private static readonly InstrumentAdvice<double> Waits = new()
    {
        HistogramBucketBoundaries = [1, 2, 5, 15, 60, 300, 900, 3600, 14_400, 86_400],
    };

    private readonly Histogram<double> requests =
        meter.CreateHistogram("accounts.request.duration", "s", "Answered requests and their duration.", advice: Durations);

    private readonly Counter<long> throttled =
        meter.CreateCounter<long>("accounts.throttle.refusals", "{request}", "Requests that a throttle refused.");

    private readonly Counter<long> reuses =
        meter.CreateCounter<long>("accounts.refresh_token.reuses", "{token}", "Used refresh tokens that were sent again after the grace "
            + "period.");

    private readonly Histogram<double> hashes =
        meter.CreateHistogram("accounts.password_hash.duration", "s", "Password hashes and their duration.", advice: Durations);

    private readonly UpDownCounter<long> activeHashes =
        meter.CreateUpDownCounter<long>("accounts.password_hash.active", "{hash}", "Password hashes running or waiting for their turn.");

    private readonly Counter<long> refusedHashes =
        meter.CreateCounter<long>(
            "accounts.password_hash.refusals", "{hash}", "Password hashes refused because too many were waiting.");

    private readonly Histogram<double> storage =
        meter.CreateHistogram("accounts.storage.duration", "s", "Calls to tables and queues; each try counts "
            + "separately.", advice: Durations);

    private readonly Histogram<double> lags =
        meter.CreateHistogram("accounts.queue.lag", "s", "The delay before a queued job was handled.", advice: Waits);

    private readonly Counter<long> mails = meter.CreateCounter<long>("accounts.mail.outcomes", "{mail}", "Outcomes of mail jobs.");

    private readonly Counter<long> reports =
        meter.CreateCounter<long>("accounts.mail.reports", "{report}", "Delivery reports of the mail service.");

    private readonly Gauge<long> depths =
        meter.CreateGauge<long>("accounts.queue.depth", "{job}", "Jobs in a queue, those that wait for their time included.");

    private readonly Gauge<double> quota =
        meter.CreateGauge<double>("accounts.mail.quota", "1", "How much of the quota of mails is used up.");

    private readonly Counter<long> slow =
        meter.CreateCounter<long>("accounts.request.slow", "{request}", "Requests that took more than a second.");

    /// <summary>False while no listener collects the measurements of storage.</summary>
    public bool MeasuresStorage => storage.Enabled;

    public void Answered(string operation, int status, Problem? problem, TimeSpan duration)
    {
        var tags = new TagList { { "accounts.operation", operation }, { "http.response.status_code", status } };
        if (problem is not null)
        {
            tags.Add("error.type", problem.Code);
        }

        requests.Record(duration.TotalSeconds, tags);
        if (duration > Slow)
        {
            slow.Add(1, new KeyValuePair<string, object?>("accounts.operation", operation));
        }

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
    /// <param name="outcome">The status of the response, or the type of the exception if there was none.</param>
    public void StorageCalled(string target, string method, object outcome, TimeSpan duration) => storage.Record(
        duration.TotalSeconds,
        new TagList
        {
            { "accounts.storage.target", target },
            { "http.request.method", method },
            { outcome is int ? "http.response.status_code" : "error.type", outcome },
        });

    /// <param name="lag">The time since a mail was requested, or since any other job was due.</param>
    public void JobHandled(string queue, TimeSpan lag) =>
        lags.Record(lag.TotalSeconds, new KeyValuePair<string, object?>("messaging.destination.name", queue));

    /// <param name="reason">One of a few fixed sentences, as in the log.</param>
    /// <param name="kind">The kind of the mail, in snake_case; null if its job cannot be read.</param>
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

    public void QueueHolds(string queue, int jobs) =>
        depths.Record(jobs, new KeyValuePair<string, object?>("messaging.destination.name", queue));

    /// <param name="window"><c>minute</c> or <c>hour</c>.</param>
    /// <param name="share">0 to 1.</param>
    public void QuotaUsed(string window, double share) =>
        quota.Record(share, new KeyValuePair<string, object?>("accounts.mail.window", window));

    /// <param name="status">The status of the service.</param>
    public void MailReported(Enum status) =>
        reports.Add(1, new KeyValuePair<string, object?>("accounts.mail.report", NameOf(status)));

    private static string NameOf(Enum value) => JsonNamingPolicy.SnakeCaseLower.ConvertName(value.ToString());
}
