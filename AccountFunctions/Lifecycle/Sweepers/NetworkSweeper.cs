using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Throttles;

namespace AccountFunctions.Lifecycle.Sweepers;

/// <summary>Removes past network windows, including those that a killed instance left behind.</summary>
public sealed class NetworkSweeper(ThrottleStore store) : IJobHandler<NetworkSweep>
{
    public async Task HandleAsync(NetworkSweep job, CancellationToken cancellationToken)
    {
        foreach (var network in job.Networks)
        {
            await store.DeleteWindowsAsync(network, job.Due - NetworkSweep.Margin, cancellationToken);
        }
    }
}
