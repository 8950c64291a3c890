using AccountFunctions.Storage.Changes;
using AccountFunctions.Storage.Jobs;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Tickets;

/// <summary>Table <c>Tickets</c>: what is good once and for minutes.</summary>
public sealed class TicketStore(TableServiceClient service, JobSender sender)
{
    private readonly TableClient table = service.GetTableClient(TableNames.Tickets);

    /// <summary>Inserts a ticket, after the job that will remove it. False if there is one with this id.</summary>
    public async Task<bool> TryAddAsync(TicketEntity ticket, CancellationToken cancellationToken)
    {
        await sender.SendAsync(new TicketSweep(ticket.PartitionKey, ticket.Expires + Retention.Margin), cancellationToken);
        return await table.TrySaveAsync(ticket, cancellationToken);
    }

    /// <summary>Null if there is none.</summary>
    public async Task<TicketEntity?> FindAsync(string id, CancellationToken cancellationToken) =>
        await table.FindAsync(id, TicketEntity.RowName, cancellationToken) is { } row ? new TicketEntity(row) : null;

    /// <summary>Saves a ticket that was read. False if it has changed since, or is gone.</summary>
    public Task<bool> TrySaveAsync(TicketEntity ticket, CancellationToken cancellationToken) =>
        table.TrySaveAsync(ticket, cancellationToken);

    /// <summary>Uses up a ticket that was read. False if another request did so, or changed it.</summary>
    public Task<bool> TryUseAsync(TicketEntity ticket, CancellationToken cancellationToken)
    {
        var partition = new Partition(ticket.PartitionKey);
        partition.Delete(ticket);
        return partition.CommitAsync(table, cancellationToken);
    }

    /// <summary>Removes the row if it is there.</summary>
    public Task DeleteAsync(string id, CancellationToken cancellationToken) =>
        table.DeleteEntityAsync(id, TicketEntity.RowName, cancellationToken: cancellationToken);
}
