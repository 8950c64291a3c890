using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Names;

/// <summary>
/// Row <c>guard</c> of an address: its recent mails, its bounces, and failed sign-ins. Unknown addresses have one too, so throttling
/// reveals nothing.
/// </summary>
public sealed class GuardEntity(TableEntity columns) : FailureCounter(columns), IMailCounter
{
    public const string RowName = "guard";

    public GuardEntity(string addressKey)
        : this(new TableEntity(addressKey, RowName))
    {
    }

    public IReadOnlyList<long> MailTimes { get => GetTimes(); set => SetList(value); }

    /// <summary>How often in a row a mail has bounced; 0: the last one did not.</summary>
    public int Bounces { get => GetNumber(); set => Set(value); }

    /// <summary>The app sends no mail to an address that has bounced before this time.</summary>
    public DateTimeOffset UndeliverableUntil { get => GetTime(); set => Set(value); }

    /// <summary>The row key of the mail that tries whether the address takes mails again; null: none.</summary>
    public string? Trial { get => GetText(); set => Set(value); }

    /// <summary>After this time, another mail may try.</summary>
    public DateTimeOffset TrialEnd { get => GetTime(); set => Set(value); }

    /// <summary>When the bounces expire if there is no new one.</summary>
    public DateTimeOffset BouncesEnd => UndeliverableUntil + Retention.Bounces;

    public void ClearBounces() => (Bounces, UndeliverableUntil, Trial, TrialEnd) = (0, default, null, default);

    /// <summary>The due time of the housekeeping job that follows the failures; in the past if there is none.</summary>
    public DateTimeOffset SweepDue { get => GetTime(); set => Set(value); }
}
