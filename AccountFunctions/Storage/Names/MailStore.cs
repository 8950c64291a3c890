using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Storage.Names;

/// <summary>
/// Remembers in table <c>Addresses</c> which mails were sent. A delivery inserts the row before it sends the mail. If the process dies in
/// between, the row stays open, and the next delivery of the job takes over after the row's time is up.
/// </summary>
public sealed partial class MailStore(TableServiceClient service, TimeProvider time, ILogger<MailStore> logger)
{
    private static readonly TimeSpan Busy = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan GiveUpTimeout = TimeSpan.FromSeconds(5);
    private readonly TableClient table = service.GetTableClient(TableNames.Addresses);

    public async Task<MailTurn> BeginAsync(string addressKey, Guid operationId, DateTimeOffset expires, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var row = new MailEntity(addressKey, operationId) { Sent = false, BusyUntil = now + Busy, Expires = expires };
        if (await table.TrySaveAsync(row, cancellationToken))
        {
            return new MailTurn.Mine(row);
        }

        row = await table.FindAsync(addressKey, row.RowKey, cancellationToken) is { } columns ? new MailEntity(columns) : row;
        if (row.Sent)
        {
            return new MailTurn.AlreadySent();
        }

        if (row.BusyUntil > now)
        {
            return new MailTurn.Busy(row.BusyUntil - now);
        }

        row.BusyUntil = now + Busy;
        return await table.TrySaveAsync(row, cancellationToken) ? new MailTurn.TakenOver(row) : new MailTurn.Busy(Busy);
    }

    public Task SetSentAsync(MailEntity row, CancellationToken cancellationToken)
    {
        row.Sent = true;
        return table.TrySaveAsync(row, cancellationToken);
    }

    /// <summary>
    /// Lets the next delivery try at once, even while the host stops. Never throws, so that it does not hide the original error.
    /// </summary>
    /// <param name="refused">True: the transport certainly did not accept the mail.</param>
    public async Task GiveUpAsync(MailEntity row, bool refused)
    {
        using var limit = new CancellationTokenSource(GiveUpTimeout, time);
        try
        {
            row.BusyUntil = time.GetUtcNow();
            var partition = new Partition(row.PartitionKey);
            if (refused)
            {
                partition.Delete(row);
            }
            else
            {
                partition.Save(row);
            }

            await partition.CommitAsync(table, limit.Token);
        }
        catch (Exception e) when (e.IsOutage() || e is OperationCanceledException)
        {
            LogNotGivenUp(row.RowKey, e);
        }
    }

    [LoggerMessage(LogLevel.Warning, "{Row} stays busy until its time is up.")]
    private partial void LogNotGivenUp(string row, Exception exception);
}
