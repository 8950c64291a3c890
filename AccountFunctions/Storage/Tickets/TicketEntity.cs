using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Tickets;

/// <summary>
/// Row of table <c>Tickets</c>, alone in its partition: something that is good once, on whichever instance. A challenge has its row once it
/// is used; a code that the app hands out has its row until it is used.
/// </summary>
public sealed class TicketEntity(TableEntity columns) : TableRow(columns)
{
    internal const string RowName = "ticket";

    /// <param name="id">A hash of the secret, in lower-case hex.</param>
    public TicketEntity(string id)
        : this(new TableEntity(id, RowName))
    {
    }

    /// <summary>After this, it is void; a job removes the row later.</summary>
    public DateTimeOffset Expires { get => Get<DateTimeOffset>(); set => Set(value); }

    /// <summary>What a code stands for, sealed; of a used challenge, the session that may repeat its call.</summary>
    public string? Content { get => GetText(); set => Set(value); }
}
