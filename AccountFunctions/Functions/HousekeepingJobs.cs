using AccountFunctions.Housekeeping;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;

namespace AccountFunctions.Functions;

/// <summary>The queue trigger of what has to be done some time later.</summary>
public sealed class HousekeepingJobs(Housekeeper housekeeper, JobsInProgress jobs)
{
    [Function(nameof(KeepHouse))]
    public Task KeepHouse([QueueTrigger(HousekeepingSchedule.QueueName, Connection = "AccountsStorage")] QueueMessage message, CancellationToken cancellationToken) =>
        jobs.RunAsync(() => housekeeper.DoAsync(message.Body, cancellationToken));
}
