using AccountFunctions.Email;
using AccountFunctions.Storage;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;

namespace AccountFunctions.Functions;

/// <summary>The queue function for mails: each message sends at most one.</summary>
public sealed class EmailJobs(EmailSender sender, JobsInProgress jobs)
{
    [Function(nameof(SendEmail))]
    public Task SendEmail(
        [QueueTrigger(QueueNames.EmailJobs, Connection = "AccountsStorage")] QueueMessage message, CancellationToken cancellationToken) =>
        jobs.RunAsync(() => sender.SendAsync(message.Body, cancellationToken));
}
