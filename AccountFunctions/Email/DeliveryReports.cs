using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;
using AccountFunctions.Telemetry;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Email;

/// <summary>
/// Handles the delivery reports of Communication Services. A bounce goes into the history of the account, and no mail goes to the address
/// for a time. Throws on an outage, so that the host delivers the report again; any report may arrive twice.
/// </summary>
public sealed partial class DeliveryReports(
    ReportQueue queue,
    AddressStore addresses,
    AccountStore accounts,
    BouncedAddresses bounced,
    AccountMetrics metrics,
    TimeProvider time,
    ILogger<DeliveryReports> logger) : IJobHandler<DeliveryCheck>
{
    public Task HandleAsync(DeliveryCheck job, CancellationToken cancellationToken) => Task.CompletedTask;

    public async Task ReceiveAsync(BinaryData message, CancellationToken cancellationToken)
    {
        if (DeliveryReport.Read(message) is not { } report)
        {
            LogMalformed();
            await queue.PoisonAsync(message, cancellationToken);
            return;
        }

        var partition = await addresses.LoadAsync(report.Recipient.Key, cancellationToken);
        if (partition.FindMail(report.MessageId) is not { } mail)
        {
            LogUnknown(report.MessageId);
            return;
        }

        if (report.IsBounce && mail.Failure is null && partition.Claim is { } claim)
        {
            await RecordAsync(claim.AccountId, report, cancellationToken);
        }

        await bounced.RecordAsync(partition, report, cancellationToken);
        metrics.MailReported(report.Status);
        LogReported(report.MessageId, report.Status);
    }

    // The time of the report finds what an interrupted try has recorded.
    private async Task RecordAsync(string accountId, DeliveryReport report, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var tried = report.Time < now ? report.Time : now;
        if (!(await accounts.ListEventsAsync(accountId, tried, cancellationToken)).Any(row => row.Kind == Act.MailFailed.Word))
        {
            await accounts.ChangeAsync<Success>(
                new AccountRequest(accountId),
                partition =>
                {
                    partition.Record(Act.MailFailed, Actor.App, tried, $"{report.Status}");
                    return Success.Done;
                },
                cancellationToken);
        }
    }

    [LoggerMessage(LogLevel.Information, "The mail of operation {OperationId}: {Status}.")]
    private partial void LogReported(Guid operationId, DeliveryStatus status);

    [LoggerMessage(LogLevel.Information, "A delivery report is for operation {OperationId}, under which the app has sent no mail.")]
    private partial void LogUnknown(Guid operationId);

    [LoggerMessage(LogLevel.Error, "A message that is not a delivery report goes to the poison queue.")]
    private partial void LogMalformed();
}
