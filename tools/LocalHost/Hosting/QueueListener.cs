using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using Azure;
using Azure.Storage.Queues;
using Azure.Storage.Queues.Models;
using Microsoft.Extensions.Logging;

namespace LocalHost.Hosting;

/// <summary>
/// Runs a function for each message of a queue, with the semantics of the Functions host. A message stays invisible while its function
/// runs. Success deletes it. A failure makes it visible again after <c>visibilityTimeout</c>; after <c>maxDequeueCount</c> tries, it goes
/// to the poison queue.
/// </summary>
internal sealed partial class QueueListener(
    QueueInvoker function, QueueServiceClient service, string queueName, QueueOptions options, TimeSpan lease, ILogger logger)
{
    private static readonly TimeSpan MinPollingInterval = TimeSpan.FromMilliseconds(100);
    private readonly QueueClient queue = service.GetQueueClient(queueName);
    private readonly SemaphoreSlim awake = new(0);

    /// <summary>Receives messages now instead of after the pause.</summary>
    public void Wake()
    {
        if (awake.CurrentCount == 0)
        {
            awake.Release();
        }
    }

    public async Task RunAsync(CancellationToken stoppingToken)
    {
        var running = new HashSet<Task>();
        var pause = TimeSpan.Zero;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (await awake.WaitAsync(pause, stoppingToken))
                {
                    pause = TimeSpan.Zero;
                }

                running.RemoveWhere(task => task.IsCompleted);
                if (running.Count > options.NewBatchThreshold)
                {
                    await Task.WhenAny(running).WaitAsync(stoppingToken);
                    continue;
                }

                // A stop does not cancel this call, because messages in transit would stay invisible for the whole lease.
                var messages = await queue.ReceiveMessagesAsync(options.BatchSize, lease, CancellationToken.None);
                running.UnionWith(messages.Value.Select(ProcessAsync));
                pause = messages.Value.Length > 0 ? TimeSpan.Zero : Longer(pause);
            }
            catch (RequestFailedException e) when (e.ErrorCode == QueueErrorCode.QueueNotFound)
            {
                // The app, or the deployment, creates it.
                pause = Longer(pause);
            }
            catch (Exception e) when (e is RequestFailedException or AggregateException)
            {
                LogUnreachable(queue.Name, e.Message);
                pause = options.MaxPollingInterval;
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        await Task.WhenAll(running);
    }

    private TimeSpan Longer(TimeSpan pause)
    {
        var longer = pause < MinPollingInterval ? MinPollingInterval : pause * 2;
        return longer < options.MaxPollingInterval ? longer : options.MaxPollingInterval;
    }

    // Never throws, because a failure of one message must not end the listener.
    private async Task ProcessAsync(QueueMessage message)
    {
        var receipt = new Receipt(message.PopReceipt);
        try
        {
            if (!TryDecode(message, out var body))
            {
                LogUndecodable(message.MessageId, queue.Name);
                await PoisonAsync(message, receipt);
            }
            else if (message.DequeueCount <= options.MaxDequeueCount && await SucceedsAsync(message, body, receipt))
            {
                await queue.DeleteMessageAsync(message.MessageId, receipt.Value);
            }
            else if (message.DequeueCount >= options.MaxDequeueCount)
            {
                LogPoisoned(message.MessageId, queue.Name, message.DequeueCount);
                await PoisonAsync(message, receipt);
            }
            else
            {
                await queue.UpdateMessageAsync(message.MessageId, receipt.Value, visibilityTimeout: options.VisibilityTimeout);
            }
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            // The message becomes visible again when its lease ends.
            LogUnreachable(queue.Name, e.Message);
        }
    }

    private async Task<bool> SucceedsAsync(QueueMessage message, BinaryData body, Receipt receipt)
    {
        using var finished = new CancellationTokenSource();
        var renewal = RenewAsync(message.MessageId, receipt, finished.Token);
        try
        {
            return await function.InvokeAsync(message, body);
        }
        finally
        {
            await finished.CancelAsync();
            await renewal;
        }
    }

    private async Task RenewAsync(string messageId, Receipt receipt, CancellationToken finished)
    {
        try
        {
            while (true)
            {
                await Task.Delay(lease / 2, finished);
                var update = await queue.UpdateMessageAsync(
                    messageId, receipt.Value, visibilityTimeout: lease, cancellationToken: CancellationToken.None);
                receipt.Value = update.Value.PopReceipt;
            }
        }
        catch (OperationCanceledException)
        {
        }
        catch (Exception e) when (e is RequestFailedException or AggregateException)
        {
            LogUnreachable(queue.Name, e.Message);
        }
    }

    private async Task PoisonAsync(QueueMessage message, Receipt receipt)
    {
        var poison = service.GetQueueClient($"{queue.Name}-poison");
        await poison.CreateIfNotExistsAsync();
        await poison.SendMessageAsync(message.Body, timeToLive: TimeSpan.FromSeconds(-1));
        await queue.DeleteMessageAsync(message.MessageId, receipt.Value);
    }

    // Decode here instead of in the client, so that one invalid body does not fail a whole batch.
    private bool TryDecode(QueueMessage message, [NotNullWhen(true)] out BinaryData? body)
    {
        var text = message.Body.ToString();
        body = string.Equals(options.MessageEncoding, "none", StringComparison.OrdinalIgnoreCase) ? message.Body
            : Base64.IsValid(text) ? BinaryData.FromBytes(Convert.FromBase64String(text))
            : null;
        return body is not null;
    }

    /// <summary>The right to a message; every renewal replaces it.</summary>
    private sealed class Receipt(string value)
    {
        public string Value { get; set; } = value;
    }

    [LoggerMessage(LogLevel.Warning, "Message {MessageId} of {Queue} moved to the poison queue after {DequeueCount} tries.")]
    private partial void LogPoisoned(string messageId, string queue, long dequeueCount);

    [LoggerMessage(LogLevel.Warning, "Message {MessageId} of {Queue} cannot be decoded.")]
    private partial void LogUndecodable(string messageId, string queue);

    [LoggerMessage(LogLevel.Warning, "Queue {Queue} cannot be reached: {Reason}")]
    private partial void LogUnreachable(string queue, string reason);
}
