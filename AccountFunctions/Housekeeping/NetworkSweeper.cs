using AccountFunctions.Storage;

namespace AccountFunctions.Housekeeping;

/// <summary>Removes the past windows of networks; those, too, that an instance left behind when it was killed.</summary>
public sealed class NetworkSweeper(ThrottleStore store)
{
    public async Task SweepAsync(NetworkSweep job, CancellationToken cancellationToken)
    {
        foreach (var network in job.Networks)
        {
            await store.DeleteWindowsAsync(network, job.Due - NetworkSweep.Margin, cancellationToken);
        }
    }
}
