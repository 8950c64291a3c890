namespace LocalHost.Worker;

/// <summary>What a worker needs to find its host.</summary>
/// <param name="Endpoint">Address of the host's gRPC service (HTTP/2 without TLS, loopback).</param>
/// <param name="WorkerId">The name that the worker gives when it connects.</param>
public sealed record WorkerStart(string Endpoint, string WorkerId)
{
    public const int MaxMessageLength = int.MaxValue;

    /// <summary>The command-line switches of a worker, as the Functions host passes them.</summary>
    public IEnumerable<string> Arguments =>
    [
        "--functions-uri", Endpoint,
        "--functions-worker-id", WorkerId,
        "--functions-request-id", WorkerId,
        "--functions-grpc-max-message-length", $"{MaxMessageLength}",
    ];
}

/// <summary>A running worker: the function app.</summary>
public interface IWorker : IAsyncDisposable
{
    /// <summary>Completes when the worker ends by itself, with the reason in one line.</summary>
    Task<string> Ended { get; }
}
