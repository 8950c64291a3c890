using AccountFunctions.Email;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;

namespace AccountFunctions.Functions;

/// <summary>The queue trigger: one mail a message.</summary>
public sealed class EmailJobs(EmailSender sender, JobsInProgress jobs)
{
    [Function(nameof(SendEmail))]
    public Task SendEmail([QueueTrigger(EmailOutbox.QueueName, Connection = "AccountsStorage")] QueueMessage message, CancellationToken cancellationToken) =>
        jobs.RunAsync(() => sender.SendAsync(message.Body, cancellationToken));
}
