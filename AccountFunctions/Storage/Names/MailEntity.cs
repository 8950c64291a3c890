using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Names;

/// <summary>
/// Row <c>mail-{operation id}</c> of an address: a mail that is on its way or gone, so that a job delivered twice sends it once.
/// </summary>
public sealed class MailEntity(TableEntity columns) : TableRow(columns)
{
    public const string RowPrefix = "mail-";

    public MailEntity(string addressKey, Guid operationId)
        : this(new TableEntity(addressKey, $"{RowPrefix}{operationId:N}"))
    {
    }

    /// <summary>Whether the transport has taken it over.</summary>
    public bool Sent { get => Get<bool>(); set => Set(value); }

    /// <summary>When its job is no longer sent, however often it may come.</summary>
    public DateTimeOffset Expires { get => Get<DateTimeOffset>(); set => Set(value); }

    /// <summary>Until when the delivery that wrote this may be sending; after that it is taken for dead.</summary>
    public DateTimeOffset BusyUntil { get => Get<DateTimeOffset>(); set => Set(value); }
}
