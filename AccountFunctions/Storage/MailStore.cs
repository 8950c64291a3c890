using Azure;
using Azure.Data.Tables;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Storage;

/// <summary>Whose turn a mail is: it is sent already, another delivery is busy with it, or it is ours to send.</summary>
/// <param name="TakenOver">Ours, but a delivery before may have sent it: it did not live to tell, or heard no answer.</param>
public readonly record struct MailTurn(bool Sent = false, TimeSpan? BusyFor = null, MailEntity? Mine = null, bool TakenOver = false);

/// <summary>
/// Remembers in table <c>Addresses</c> which mails are sent. The row is there before the mail leaves; a process that dies between leaves it open, and
/// whoever delivers the job again takes over once the row's time is up.
/// </summary>
public sealed partial class MailStore(TableServiceClient service, TimeProvider time, ILogger<MailStore> logger)
{
    private static readonly TimeSpan Busy = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan GiveUpTimeout = TimeSpan.FromSeconds(5);
    private readonly TableClient table = service.GetTableClient(AddressStore.TableName);

    public async Task<MailTurn> TryBeginAsync(string addressKey, Guid operationId, DateTimeOffset expires, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var row = new MailEntity(addressKey, operationId) { Sent = false, BusyUntil = now + Busy, Expires = expires };
        if (await TrySaveAsync(row, cancellationToken))
        {
            return new MailTurn(Mine: row);
        }

        var found = await table.GetEntityIfExistsAsync<TableEntity>(addressKey, row.RowKey, cancellationToken: cancellationToken);
        row = found.HasValue && found.Value is { } columns ? new MailEntity(columns) : row;
        if (row.Sent)
        {
            return new MailTurn(Sent: true);
        }

        if (row.BusyUntil > now)
        {
            return new MailTurn(BusyFor: row.BusyUntil - now);
        }

        row.BusyUntil = now + Busy;
        return await TrySaveAsync(row, cancellationToken) ? new MailTurn(Mine: row, TakenOver: true) : new MailTurn(BusyFor: Busy);
    }

    public Task SetSentAsync(MailEntity row, CancellationToken cancellationToken)
    {
        row.Sent = true;
        return TrySaveAsync(row, cancellationToken);
    }

    /// <summary>Lets the next delivery try at once, also while the host stops. Never throws: what went wrong before is what counts.</summary>
    /// <param name="refused">The mail was not taken over for certain.</param>
    public async Task GiveUpAsync(MailEntity row, bool refused)
    {
        using var limit = new CancellationTokenSource(GiveUpTimeout, time);
        try
        {
            row.BusyUntil = time.GetUtcNow();
            var batch = new PartitionBatch(row.PartitionKey);
            if (refused)
            {
                batch.Delete(row);
            }
            else
            {
                batch.Save(row);
            }

            await batch.TryCommitAsync(table, limit.Token);
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException or OperationCanceledException)
        {
            LogNotGivenUp(row.RowKey, e);
        }
    }

    private Task<bool> TrySaveAsync(MailEntity row, CancellationToken cancellationToken)
    {
        var batch = new PartitionBatch(row.PartitionKey);
        batch.Save(row);
        return batch.TryCommitAsync(table, cancellationToken);
    }

    [LoggerMessage(LogLevel.Warning, "{Row} stays busy until its time is up.")]
    private partial void LogNotGivenUp(string row, Exception exception);
}
