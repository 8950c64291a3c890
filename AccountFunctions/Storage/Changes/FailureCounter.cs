using Azure.Data.Tables;

namespace AccountFunctions.Storage.Changes;

/// <summary>A row that counts failed sign-ins, of an address or of one device.</summary>
public abstract class FailureCounter(TableEntity columns) : TableRow(columns)
{
    /// <summary>The times of failed sign-ins in the window before the first delay; seconds since 1970, oldest first.</summary>
    public IReadOnlyList<long> FailureTimes { get => GetTimes(); set => SetList(value); }

    /// <summary>Failures since the last success.</summary>
    public int Failures { get => GetNumber(); set => Set(value); }

    /// <summary>Delays in a row.</summary>
    public int Delays { get => GetNumber(); set => Set(value); }

    /// <summary>Until then, every sign-in that counts here is refused.</summary>
    public DateTimeOffset? LockedUntil { get => Columns.GetDateTimeOffset(nameof(LockedUntil)); set => Set(value); }

    public bool HasFailures => Failures > 0;

    /// <summary>When the failures expire if there is no new one.</summary>
    public DateTimeOffset FailuresEnd =>
        DateTimeOffset.FromUnixTimeSeconds(Math.Max(LockedUntil?.ToUnixTimeSeconds() ?? 0, FailureTimes is [.., var last] ? last : 0))
        + Retention.Failures;

    public void ClearFailures() => (FailureTimes, Failures, Delays, LockedUntil) = ([], 0, 0, null);
}
