namespace LocalHost.Worker;

/// <summary>A worker that somebody else starts and ends: an IDE, with its debugger attached.</summary>
internal sealed class WaitingWorker : IWorker
{
    /// <summary>Where the launch profiles of the app look for the host.</summary>
    public const int Port = 7070;

    /// <summary>The name that the launch profiles give the app.</summary>
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
