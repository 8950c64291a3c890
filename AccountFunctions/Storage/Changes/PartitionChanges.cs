using AccountFunctions.Storage.Jobs;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Changes;

/// <summary>
/// The common part of <c>ChangeAsync</c> for accounts and addresses: after each decision, sends jobs and then commits rows.
/// </summary>
public sealed class PartitionChanges(ChangeLoop loop, JobSender sender)
{
    /// <param name="prepare">Prepares what else must exist before the commit; null: nothing.</param>
    /// <param name="constantCost">Passed to the commit.</param>
    /// <inheritdoc cref="ChangeLoop.RunAsync"/>
    internal Task<TOutcome> RunAsync<TPartition, TOutcome>(
        string key,
        TPartition? loaded,
        Func<Task<TPartition>> load,
        Func<TPartition, Task<TOutcome>> decide,
        Func<TPartition, Task>? prepare,
        TableClient table,
        bool constantCost,
        CancellationToken cancellationToken)
        where TPartition : Partition
    {
        var sent = new HashSet<Job>();
        return loop.RunAsync(key, loaded, load, decide, CommitAsync, cancellationToken);

        async Task<bool> CommitAsync(TPartition partition)
        {
            foreach (var job in partition.Jobs.Where(sent.Add))
            {
                await sender.SendAsync(job, cancellationToken);
            }

            await (prepare?.Invoke(partition) ?? Task.CompletedTask);
            return await partition.CommitAsync(table, cancellationToken, constantCost);
        }
    }
}
