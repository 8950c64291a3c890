using System.Text.Json;
using Azure.Storage.Queues.Models;
using Google.Protobuf;
using LocalHost.Worker;
using LocalHost.Worker.Rpc;
using Microsoft.Extensions.Logging;

namespace LocalHost.Hosting;

/// <summary>Calls a queue function with a message.</summary>
internal sealed partial class QueueInvoker(Function function, WorkerChannel worker, ILogger logger, CancellationToken cancellationToken)
{
    /// <returns>False if the function failed or its worker died.</returns>
    public async Task<bool> InvokeAsync(QueueMessage message, BinaryData body)
    {
        try
        {
            var response = await worker.InvokeAsync(Request(message, body), cancellationToken);
            if (response.Result.Status is StatusResult.Types.Status.Success)
            {
                return true;
            }

            LogFailed(function.Name, message.MessageId, message.DequeueCount, response.Result.Exception?.Message ?? "");
        }
        catch (IOException e)
        {
            LogFailed(function.Name, message.MessageId, message.DequeueCount, e.Message);
        }

        return false;
    }

    private InvocationRequest Request(QueueMessage message, BinaryData body) => new()
    {
        InvocationId = Guid.CreateVersion7().ToString(),
        FunctionId = function.Id,
        TraceContext = new RpcTraceContext(),
        InputData =
        {
            new ParameterBinding
            {
                Name = function.Parameter,
                Data = function.IsDeferred
                    ? new TypedData { ModelBindingData = Model(message, body) }
                    : new TypedData { String = body.ToString() },
            },
        },
    };

    // The same members and names as the host's storage extension writes.
    private static ModelBindingData Model(QueueMessage message, BinaryData body) => new()
    {
        Version = "1.0",
        Source = "AzureStorageQueues",
        ContentType = "application/json",
        Content = ByteString.CopyFrom(JsonSerializer.SerializeToUtf8Bytes(new
        {
            message.MessageId,
            message.PopReceipt,
            MessageText = body.ToString(),
            message.DequeueCount,
            message.NextVisibleOn,
            message.InsertedOn,
            message.ExpiresOn,
        })),
    };

    [LoggerMessage(LogLevel.Error, "Function {Function} failed for message {MessageId}, delivery {DequeueCount}: {Message}")]
    private partial void LogFailed(string function, string messageId, long dequeueCount, string message);
}
