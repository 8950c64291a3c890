using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Names;

/// <summary>
/// Row <c>guard</c> of an address: its recent mails and failed sign-ins. Unknown addresses have one too, so throttling reveals nothing.
/// </summary>
public sealed class GuardEntity(TableEntity columns) : FailureCounter(columns), IMailCounter
{
    public const string RowName = "guard";

    public GuardEntity(string addressKey)
        : this(new TableEntity(addressKey, RowName))
    {
    }

    public IReadOnlyList<long> MailTimes { get => GetTimes(); set => SetList(value); }

    /// <summary>The due time of the housekeeping job that follows the failures; in the past if there is none.</summary>
    public DateTimeOffset SweepDue { get => GetTime(); set => Set(value); }
}
