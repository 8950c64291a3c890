using AccountFunctions.Email;
using AccountFunctions.Storage;
using Azure.Storage.Queues.Models;
using Microsoft.Azure.Functions.Worker;

namespace AccountFunctions.Functions;

/// <summary>The queue function for delivery reports of Communication Services.</summary>
public sealed class MailReports(DeliveryReports reports, JobsInProgress jobs)
{
    [Function(nameof(ReceiveMailReport))]
    public Task ReceiveMailReport(
        [QueueTrigger(QueueNames.MailReports, Connection = "ReportsStorage")] QueueMessage message,
        CancellationToken cancellationToken) =>
        jobs.RunAsync(() => reports.ReceiveAsync(message.Body, cancellationToken));
}
