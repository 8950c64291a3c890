using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;
using AccountFunctions.Telemetry;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Email;

/// <summary>
/// Asks the service, some time after the app handed over a mail, whether it accepted the mail for delivery, and records failures in the
/// history of the account.
/// </summary>
public sealed partial class DeliveryReports(
    IEmailTransport transport,
    AddressStore addresses,
    AccountStore accounts,
    HousekeepingQueue housekeeping,
    AccountMetrics metrics,
    TimeProvider time,
    ILogger<DeliveryReports> logger) : IJobHandler<DeliveryCheck>
{
    private const int MaxTries = 10;

    public async Task HandleAsync(DeliveryCheck job, CancellationToken cancellationToken)
    {
        switch (await FindAsync(job.OperationId, cancellationToken))
        {
            case { Status: DeliveryStatus.Accepted }:
                break;
            case { Status: DeliveryStatus.Failed } report:
                await RecordAsync(job.AddressKey, job.OperationId, report.Reason, cancellationToken);
                break;
            case { } when job.Tries < MaxTries && transport.ReportDelay is { } delay:
                await housekeeping.EnqueueAsync(job with { Tries = job.Tries + 1, Due = time.GetUtcNow() + delay }, cancellationToken);
                break;
            default:
                LogUnknown(job.OperationId);
                break;
        }
    }

    /// <summary>Records a failed delivery.</summary>
    public async Task RecordAsync(string addressKey, Guid operationId, string reason, CancellationToken cancellationToken)
    {
        metrics.MailHandled(null, "undelivered");
        LogFailed(operationId, reason);
        if ((await addresses.LoadAsync(addressKey, cancellationToken)).Claim is { } claim)
        {
            var now = time.GetUtcNow();
            await accounts.ChangeAsync<Success>(
                new AccountRequest(claim.AccountId),
                partition =>
                {
                    partition.Record(Act.MailFailed, Actor.App, now, reason);
                    return Success.Done;
                },
                cancellationToken);
        }
    }

    // Ask again later if the transport does not answer or does not know yet.
    private async Task<DeliveryReport?> FindAsync(Guid operationId, CancellationToken cancellationToken)
    {
        try
        {
            return await transport.FindReportAsync(operationId, cancellationToken);
        }
        catch (Exception e) when (e.IsOutage())
        {
            return new DeliveryReport(DeliveryStatus.UnderWay);
        }
    }

    [LoggerMessage(LogLevel.Warning, "The mail of operation {OperationId} was not accepted for delivery: {Reason}.")]
    private partial void LogFailed(Guid operationId, string reason);

    [LoggerMessage(LogLevel.Information, "The transport does not know what became of the mail of operation {OperationId}.")]
    private partial void LogUnknown(Guid operationId);
}
