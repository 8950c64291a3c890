using System.Globalization;
using System.Runtime.CompilerServices;
using Azure.Data.Tables;

namespace AccountFunctions.Storage;

/// <summary>
/// Row <c>guard</c> of an address: what was sent there and tried there lately. Every address has one, so throttling reveals nothing.
/// </summary>
public sealed class GuardEntity(TableEntity columns) : TableRow(columns)
{
    public const string RowName = "guard";

    public GuardEntity(string addressKey)
        : this(new TableEntity(addressKey, RowName))
    {
    }

    /// <summary>When mails were asked for, in seconds since 1970, oldest first.</summary>
    public IReadOnlyList<long> MailTimes { get => GetTimes(); set => SetList(value); }

    /// <summary>When sign-in failed within the window, before the first delay; seconds since 1970, oldest first.</summary>
    public IReadOnlyList<long> FailureTimes { get => GetTimes(); set => SetList(value); }

    /// <summary>Failures since the last success.</summary>
    public int Failures { get => GetNumber(); set => Set(value); }

    /// <summary>Delays imposed one after another.</summary>
    public int Delays { get => GetNumber(); set => Set(value); }

    /// <summary>Until when every sign-in is refused.</summary>
    public DateTimeOffset? LockedUntil { get => Columns.GetDateTimeOffset(nameof(LockedUntil)); set => Set(value); }

    public bool HasFailures => Failures > 0;

    /// <summary>When the failures are forgotten if none is added.</summary>
    public DateTimeOffset FailuresEnd =>
        DateTimeOffset.FromUnixTimeSeconds(Math.Max(LockedUntil?.ToUnixTimeSeconds() ?? 0, FailureTimes is [.., var last] ? last : 0))
        + Retention.Failures;

    /// <summary>When the housekeeping job that follows the failures is due; past if there is none.</summary>
    public DateTimeOffset SweepDue { get => GetTime(); set => Set(value); }

    public void ClearFailures() => (FailureTimes, Failures, Delays, LockedUntil) = ([], 0, 0, null);

    private long[] GetTimes([CallerMemberName] string column = "") =>
        [.. GetList(column).Select(time => long.Parse(time, CultureInfo.InvariantCulture))];
}
