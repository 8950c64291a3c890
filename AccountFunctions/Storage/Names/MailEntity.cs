using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Names;

/// <summary>
/// Row <c>mail-{operation id}</c> of an address: a mail that is being sent or was sent, so that a job delivered twice sends it once.
/// </summary>
public sealed class MailEntity(TableEntity columns) : TableRow(columns)
{
    public const string RowPrefix = "mail-";

    public MailEntity(string addressKey, Guid operationId)
        : this(new TableEntity(addressKey, KeyOf(operationId)))
    {
    }

    public static string KeyOf(Guid operationId) => $"{RowPrefix}{operationId:N}";

    /// <summary>Whether the transport has accepted it.</summary>
    public bool Sent { get => Get<bool>(); set => Set(value); }

    /// <summary>After this time, no delivery of the job sends the mail.</summary>
    public DateTimeOffset Expires { get => Get<DateTimeOffset>(); set => Set(value); }

    /// <summary>The failure that a delivery report told of; null: none.</summary>
    public string? Failure { get => GetText(); set => Set(value); }

    /// <summary>Until then, the delivery that wrote this may be sending; after that, it counts as crashed.</summary>
    public DateTimeOffset BusyUntil { get => Get<DateTimeOffset>(); set => Set(value); }
}
