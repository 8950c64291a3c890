using System.Collections.Concurrent;
using System.Threading.Channels;
using Grpc.Core;
using LocalHost.Worker.Rpc;
using Microsoft.Extensions.Logging;

namespace LocalHost.Worker;

/// <summary>The stream to one worker: first the handshake, then invocations in any order.</summary>
internal sealed class WorkerChannel(string appDirectory, ILoggerFactory loggers)
{
    // A host version that supports everything that the worker may ask for.
    private const string HostVersion = "4.1037.0";
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);
    private readonly Channel<StreamingMessage> outgoing =
        Channel.CreateUnbounded<StreamingMessage>(new UnboundedChannelOptions { SingleReader = true });
    private readonly ConcurrentDictionary<string, TaskCompletionSource<InvocationResponse>> invocations = [];
    private readonly ConcurrentDictionary<string, TaskCompletionSource<StreamingMessage>> replies = [];
    private readonly TaskCompletionSource<IReadOnlyList<Function>> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource closing = new();
    private readonly TaskCompletionSource closed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string WorkerId { get; } = Guid.CreateVersion7().ToString();

    /// <summary>
    /// The functions of the worker, after all are loaded; fails with an <see cref="IOException"/> if the worker is lost before that.
    /// </summary>
    public Task<IReadOnlyList<Function>> Ready => ready.Task;

    /// <summary>Completes when the stream has ended.</summary>
    public Task Closed => closed.Task;

    /// <summary>Runs until the worker leaves or <see cref="CloseAsync"/> is called.</summary>
    public async Task RunAsync(
        IAsyncStreamReader<StreamingMessage> requests, IServerStreamWriter<StreamingMessage> responses, CancellationToken aborted)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(aborted, closing.Token);
        var writing = WriteAsync(responses, end.Token);
        _ = ShakeHandsAsync();
        try
        {
            while (await requests.MoveNext(end.Token))
            {
                Receive(requests.Current);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException)
        {
        }
        finally
        {
            outgoing.Writer.TryComplete();
            Fail();
            await writing;
            closed.TrySetResult();
        }
    }

    /// <summary>Calls a function. Passes a cancellation on to it, and still waits for its answer.</summary>
    /// <exception cref="IOException">The worker is gone.</exception>
    public async Task<InvocationResponse> InvokeAsync(InvocationRequest request, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<InvocationResponse>(TaskCreationOptions.RunContinuationsAsynchronously);
        invocations[request.InvocationId] = answer;
        if (!outgoing.Writer.TryWrite(new StreamingMessage { InvocationRequest = request }))
        {
            invocations.TryRemove(request.InvocationId, out _);
            throw Gone();
        }

        var cancel = new StreamingMessage { InvocationCancel = new InvocationCancel { InvocationId = request.InvocationId } };
        await using var registration = cancellationToken.UnsafeRegister(_ => outgoing.Writer.TryWrite(cancel), null);
        return await answer.Task;
    }

    /// <summary>Asks the worker to stop.</summary>
    public void Terminate() => outgoing.Writer.TryWrite(new StreamingMessage { WorkerTerminate = new WorkerTerminate() });

    /// <summary>Ends the stream, because a worker in this process never does. Invocations without an answer fail.</summary>
    public async Task CloseAsync()
    {
        await closing.CancelAsync();
        Fail();
        if (ready.Task.IsCompletedSuccessfully)
        {
            await closed.Task.WaitAsync(CloseTimeout);
        }
    }

    /// <summary>Fails everything that is waiting for the worker.</summary>
    public void Fail()
    {
        ready.TrySetException(Gone());
        _ = ready.Task.Exception;
        foreach (var id in invocations.Keys)
        {
            if (invocations.TryRemove(id, out var answer))
            {
                answer.TrySetException(Gone());
            }
        }

        foreach (var reply in replies.Values)
        {
            reply.TrySetException(Gone());
        }
    }

    private static IOException Gone() => new("The worker is gone.");

    private async Task WriteAsync(IServerStreamWriter<StreamingMessage> responses, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var message in outgoing.Reader.ReadAllAsync(cancellationToken))
            {
                await responses.WriteAsync(message, cancellationToken);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or InvalidOperationException)
        {
        }
    }

    private async Task ShakeHandsAsync()
    {
        try
        {
            var init = await AskAsync(new StreamingMessage
            {
                WorkerInitRequest = new WorkerInitRequest
                {
                    HostVersion = HostVersion,
                    WorkerDirectory = appDirectory,
                    FunctionAppDirectory = appDirectory,
                },
            });
            Check(init.WorkerInitResponse.Result);
            var metadata = (await AskAsync(new StreamingMessage
            {
                FunctionsMetadataRequest = new FunctionsMetadataRequest { FunctionAppDirectory = appDirectory },
            })).FunctionMetadataResponse;
            Check(metadata.Result);
            await Task.WhenAll(metadata.FunctionMetadataResults.Select(LoadAsync));
            ready.TrySetResult([.. metadata.FunctionMetadataResults.Select(function => new Function(function))]);
        }
        catch (Exception e)
        {
            ready.TrySetException(e);
        }
    }

    private async Task LoadAsync(RpcFunctionMetadata function)
    {
        var load = new FunctionLoadRequest { FunctionId = function.FunctionId, Metadata = function };
        Check((await AskAsync(new StreamingMessage { FunctionLoadRequest = load })).FunctionLoadResponse.Result);
    }

    private Task<StreamingMessage> AskAsync(StreamingMessage message)
    {
        message.RequestId = Guid.CreateVersion7().ToString();
        var reply = new TaskCompletionSource<StreamingMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        replies[message.RequestId] = reply;
        outgoing.Writer.TryWrite(message);
        return reply.Task;
    }

    private static void Check(StatusResult result)
    {
        if (result.Status is not StatusResult.Types.Status.Success)
        {
            throw new StartException($"The app does not load: {result.Exception?.Message}");
        }
    }

    private void Receive(StreamingMessage message)
    {
        switch (message.ContentCase)
        {
            case StreamingMessage.ContentOneofCase.InvocationResponse:
                if (invocations.TryRemove(message.InvocationResponse.InvocationId, out var answer))
                {
                    answer.TrySetResult(message.InvocationResponse);
                }

                break;
            case StreamingMessage.ContentOneofCase.RpcLog:
                Log(message.RpcLog);
                break;
            default:
                // The worker also acknowledges each cancellation with an empty message, which is not an answer to a request.
                if (replies.TryRemove(message.RequestId, out var reply))
                {
                    reply.TrySetResult(message);
                }

                break;
        }
    }

    private void Log(RpcLog log)
    {
        var logger = loggers.CreateLogger(log.Category is "" ? "Worker" : log.Category);
        var text = log.Exception is { Message: not "" } exception ? $"{log.Message} {exception.Message}" : log.Message;
        logger.Log((LogLevel)(int)log.Level, 0, text, null, static (state, _) => state);
    }
}
