using AccountFunctions.Email;
using AccountFunctions.Storage;
using AccountFunctions.Telemetry;
using Azure;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Housekeeping;

/// <summary>Learns, some time after a mail was handed over, what became of it, and writes failures into the history of the account.</summary>
public sealed partial class DeliveryReports(
    IEmailTransport transport, AddressStore addresses, AccountStore accounts, HousekeepingSchedule schedule, AccountMetrics metrics, TimeProvider time, ILogger<DeliveryReports> logger)
{
    private const int MaxTries = 10;

    public async Task CheckAsync(DeliveryCheck job, CancellationToken cancellationToken)
    {
        switch (await FindAsync(job.OperationId, cancellationToken))
        {
            case { Status: DeliveryStatus.Delivered }:
                break;
            case { Status: DeliveryStatus.Failed } report:
                await RecordAsync(job.AddressKey, job.OperationId, report.Reason, cancellationToken);
                break;
            case { } when job.Tries < MaxTries && transport.ReportDelay is { } delay:
                await schedule.EnqueueAsync(job with { Tries = job.Tries + 1, Due = time.GetUtcNow() + delay }, cancellationToken);
                break;
            default:
                LogUnknown(job.OperationId);
                break;
        }
    }

    /// <summary>Whoever learns of a failed delivery tells it here, with the key of the address it failed for.</summary>
    public async Task RecordAsync(string addressKey, Guid operationId, string reason, CancellationToken cancellationToken)
    {
        metrics.MailHandled(null, "undelivered");
        LogFailed(operationId, reason);
        if ((await addresses.LoadAsync(addressKey, cancellationToken)).Claim is { } claim)
        {
            var batch = new PartitionBatch(claim.AccountId);
            batch.Insert(new EventEntity(claim.AccountId, AccountEvent.MailFailed, time.GetUtcNow(), detail: reason));
            await accounts.TryCommitAsync(batch, cancellationToken);
        }
    }

    // A transport that is away is asked again like one that does not know yet.
    private async Task<DeliveryReport?> FindAsync(Guid operationId, CancellationToken cancellationToken)
    {
        try
        {
            return await transport.FindReportAsync(operationId, cancellationToken);
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            return new DeliveryReport(DeliveryStatus.UnderWay);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The mail of operation {OperationId} was not delivered: {Reason}.")]
    private partial void LogFailed(Guid operationId, string reason);

    [LoggerMessage(LogLevel.Information, "Nothing is known of the delivery of operation {OperationId}.")]
    private partial void LogUnknown(Guid operationId);
}
