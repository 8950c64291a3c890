using System.Collections.Concurrent;
using Grpc.Core;
using LocalHost.Worker.Rpc;

namespace LocalHost.Worker;

/// <summary>The gRPC service that workers connect to. It hands each stream to the channel that expects that worker.</summary>
internal sealed class WorkerService : FunctionRpc.FunctionRpcBase
{
    private readonly ConcurrentDictionary<string, WorkerChannel> expected = [];

    /// <summary>Expects the worker of this channel, under the given name or else the channel's own.</summary>
    public void Expect(WorkerChannel channel, string? workerId = null) => expected[workerId ?? channel.WorkerId] = channel;

    public override async Task EventStream(
        IAsyncStreamReader<StreamingMessage> requests, IServerStreamWriter<StreamingMessage> responses, ServerCallContext context)
    {
        if (!await requests.MoveNext(context.CancellationToken)
            || !expected.TryRemove(requests.Current.StartStream?.WorkerId ?? "", out var channel))
        {
            throw new Grpc.Core.RpcException(new Status(StatusCode.PermissionDenied, "This host expects another worker."));
        }

        await channel.RunAsync(requests, responses, context.CancellationToken);
    }
}
