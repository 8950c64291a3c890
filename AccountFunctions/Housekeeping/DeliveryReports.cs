using AccountFunctions.Email;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Housekeeping;

/// <summary>Learns, some time after a mail was handed over, what became of it, and writes failures into the history of the account.</summary>
public sealed partial class DeliveryReports(
    IEmailTransport transport, AddressStore addresses, AccountStore accounts, HousekeepingSchedule schedule, TimeProvider time, ILogger<DeliveryReports> logger)
{
    private const int MaxTries = 10;

    public async Task CheckAsync(DeliveryCheck job, CancellationToken cancellationToken)
    {
        switch (await transport.FindReportAsync(job.OperationId, cancellationToken))
        {
            case { Delivered: true }:
                break;
            case { } report:
                await RecordAsync(job.AddressKey, job.OperationId, report, cancellationToken);
                break;
            case null when job.Tries < MaxTries && transport.ReportDelay is { } delay:
                await schedule.EnqueueAsync(job with { Tries = job.Tries + 1, Due = time.GetUtcNow() + delay }, cancellationToken);
                break;
            default:
                LogUnknown(job.OperationId);
                break;
        }
    }

    /// <summary>Whoever learns of a failed delivery tells it here, with the key of the address it failed for.</summary>
    public async Task RecordAsync(string addressKey, Guid operationId, DeliveryReport report, CancellationToken cancellationToken)
    {
        LogFailed(operationId, report.Reason);
        if ((await addresses.LoadAsync(addressKey, cancellationToken)).Claim is { } claim)
        {
            var batch = new PartitionBatch(claim.AccountId);
            batch.Insert(new EventEntity(claim.AccountId, AccountEvent.MailFailed, time.GetUtcNow(), detail: report.Reason));
            await accounts.TryCommitAsync(batch, cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The mail of operation {OperationId} was not delivered: {Reason}.")]
    private partial void LogFailed(Guid operationId, string reason);

    [LoggerMessage(LogLevel.Information, "Nothing is known of the delivery of operation {OperationId}.")]
    private partial void LogUnknown(Guid operationId);
}
