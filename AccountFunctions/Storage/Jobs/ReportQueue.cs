using Azure.Storage.Queues;

namespace AccountFunctions.Storage.Jobs;

/// <summary>Queue <c>mail-reports</c>, which Event Grid fills, with its poison queue.</summary>
/// <param name="service">The storage account <c>ReportsStorage</c>.</param>
public sealed class ReportQueue(QueueServiceClient service)
{
    private static readonly TimeSpan Forever = TimeSpan.FromSeconds(-1);

    /// <inheritdoc cref="JobQueue{TJob}.PoisonAsync"/>
    public Task PoisonAsync(BinaryData message, CancellationToken cancellationToken) => service
        .GetQueueClient(QueueNames.MailReportsPoison)
        .SendMessageAsync(message, timeToLive: Forever, cancellationToken: cancellationToken);
}
