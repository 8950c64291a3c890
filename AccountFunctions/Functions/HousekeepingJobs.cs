using AccountFunctions.Storage;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;

namespace AccountFunctions.Functions;

/// <summary>The queue function for delayed work.</summary>
public sealed class HousekeepingJobs(Housekeeper housekeeper, JobsInProgress jobs)
{
    [Function(nameof(KeepHouse))]
    public Task KeepHouse(
        [QueueTrigger(QueueNames.HousekeepingJobs, Connection = "AccountsStorage")] QueueMessage message,
        CancellationToken cancellationToken) =>
        jobs.RunAsync(() => housekeeper.DoAsync(message.Body, cancellationToken));
}
