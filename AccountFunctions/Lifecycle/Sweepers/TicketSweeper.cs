using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Tickets;

namespace AccountFunctions.Lifecycle.Sweepers;

/// <summary>Removes a ticket that is no longer good.</summary>
public sealed class TicketSweeper(TicketStore store) : IJobHandler<TicketSweep>
{
    public Task HandleAsync(TicketSweep job, CancellationToken cancellationToken) => store.DeleteAsync(job.Id, cancellationToken);
}
