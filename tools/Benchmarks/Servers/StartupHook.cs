using System.Diagnostics.Metrics;
using System.IO.Pipes;

/// <summary>
/// Runs first in a process whose <c>DOTNET_STARTUP_HOOKS</c> names this assembly, and reports on a pipe what only that process knows about
/// itself. So the measured app is the same as the deployed one. .NET looks for this name, outside any namespace.
/// </summary>
internal static class StartupHook
{
    private static long storageCalls;

    public static void Initialize()
    {
        CountStorageCalls();
        new Thread(Serve) { IsBackground = true }.Start();
    }

    /// <summary>The name of the pipe of a process.</summary>
    public static string Pipe(int processId) => $"benchmarks-{processId}";

    private static void Serve()
    {
        while (true)
        {
            using var pipe = new NamedPipeServerStream(Pipe(Environment.ProcessId), PipeDirection.Out);
            pipe.WaitForConnection();
            using var writer = new StreamWriter(pipe);
            writer.Write(FormattableString.Invariant($"{GC.GetTotalAllocatedBytes()} {Interlocked.Read(ref storageCalls)}"));
        }
    }

    // The queue functions are off while requests are measured, so every call of the app to another service is a storage call.
    private static void CountStorageCalls()
    {
        var listener = new MeterListener
        {
            InstrumentPublished = (instrument, listener) =>
            {
                if (instrument.Name is "http.client.request.duration")
                {
                    listener.EnableMeasurementEvents(instrument);
                }
            },
        };
        listener.SetMeasurementEventCallback<double>((_, _, _, _) => Interlocked.Increment(ref storageCalls));
        listener.Start();
    }
}
