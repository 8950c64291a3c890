namespace LocalHost.Worker;

/// <summary>A worker that an IDE starts and ends, with its debugger attached.</summary>
internal sealed class WaitingWorker : IWorker
{
    /// <summary>The port at which the app's launch profiles look for the host.</summary>
    public const int Port = 7070;

    /// <summary>The worker name in the app's launch profiles.</summary>
    public const string WorkerId = "debug";

    private WaitingWorker()
    {
    }

    public Task<string> Ended { get; } = new TaskCompletionSource<string>().Task;

    public static WaitingWorker Announce()
    {
        Console.WriteLine(
            $"Waiting for the app on port {Port}: start it with your debugger (launch profile \"Debug under the local host\").");
        return new WaitingWorker();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
