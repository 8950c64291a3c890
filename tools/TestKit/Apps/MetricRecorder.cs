using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace TestKit;

/// <summary>A recorded measurement.</summary>
public sealed record Measurement(string Instrument, double Value, IReadOnlyDictionary<string, object?> Tags)
{
    public override string ToString() => $"{Instrument} {Value} {string.Join(' ', Tags.Select(tag => $"{tag.Key}={tag.Value}"))}";
}

/// <summary>Records every measurement of the named meters.</summary>
public sealed class MetricRecorder : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentQueue<Measurement> measurements = [];

    public MetricRecorder(Predicate<Meter> which)
    {
        listener.InstrumentPublished = (instrument, listening) =>
        {
            if (which(instrument.Meter))
            {
                Instruments.Add(instrument);
                listening.EnableMeasurementEvents(instrument);
            }
        };
        listener.SetMeasurementEventCallback<double>(Record);
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags, null));
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags, null));
        listener.Start();
    }

    public ConcurrentBag<Instrument> Instruments { get; } = [];

    public IReadOnlyCollection<Measurement> All => measurements;

    public IEnumerable<Measurement> Of(string instrument) => measurements.Where(measurement => measurement.Instrument == instrument);

    /// <summary>Every value that a tag of an instrument has had, in order.</summary>
    public IReadOnlyList<string> Values(string instrument, string tag) =>
        [.. Of(instrument).Select(measurement => measurement.Tags.GetValueOrDefault(tag)?.ToString()).OfType<string>().Distinct().Order(
            StringComparer.Ordinal)];

    public Task WaitForAsync(string instrument, string tag, string value) => Eventually.TrueAsync(
        () => Values(instrument, tag).Contains(value), () => $"Never measured: {instrument} with {tag} {value}.");

    public void Dispose() => listener.Dispose();

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags, object? state)
    {
        var copy = new Dictionary<string, object?>();
        foreach (var (name, tag) in tags)
        {
            copy[name] = tag;
        }

        measurements.Enqueue(new Measurement(instrument.Name, value, copy));
    }
}
