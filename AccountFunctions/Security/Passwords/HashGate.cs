using System.Diagnostics;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage;
using AccountFunctions.Telemetry;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security.Passwords;

/// <summary>
/// Bounds how many password hashes run and how many wait. Memory stays below running hashes × memory cost, and the gate refuses a flood at
/// once instead of queueing it until everything times out.
/// </summary>
public sealed class HashGate : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private readonly AccountMetrics metrics;
    private readonly SemaphoreSlim running;
    private readonly int maxAdmitted;
    private int admitted;
    private int arrivals;
    private int places;

    public HashGate(IOptions<PasswordOptions> options, AccountMetrics metrics)
    {
        this.metrics = metrics;
        var concurrent = options.Value.MaxConcurrentHashes is var max and > 0 ? max : 2 * Environment.ProcessorCount;
        running = new SemaphoreSlim(concurrent);
        maxAdmitted = concurrent + options.Value.MaxWaitingHashes;

        // A hash blocks its thread, and the pool is slow to add threads for other requests.
        ThreadPool.GetMinThreads(out var workers, out var completions);
        ThreadPool.SetMinThreads(Math.Max(workers, Environment.ProcessorCount + concurrent), completions);
    }

    /// <summary>
    /// Runs <paramref name="hash"/> in its turn. Throws <see cref="UnavailableException"/> if too many are already waiting.
    /// </summary>
    public async Task<T> RunAsync<T>(Func<T> hash, CancellationToken cancellationToken)
    {
        metrics.HashEntered();
        try
        {
            if (Interlocked.Increment(ref admitted) > maxAdmitted)
            {
                throw Refused();
            }

            await running.WaitAsync(cancellationToken);
            var start = Stopwatch.GetTimestamp();
            try
            {
                return hash();
            }
            finally
            {
                metrics.Hashed(Stopwatch.GetElapsedTime(start));
                running.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref admitted);
            metrics.HashLeft();
        }
    }

    // A throttle refuses most of a flood at one address after one read, which must not keep others out.
    private int MaxArrivals => 2 * maxAdmitted;

    public void Dispose() => running.Dispose();

    /// <summary>Counts an operation that will hash and is still at its first reads. Pair it with <see cref="Leave"/>.</summary>
    internal void Arrive()
    {
        if (Interlocked.Increment(ref arrivals) > MaxArrivals
            || Volatile.Read(ref admitted) >= maxAdmitted
            || Volatile.Read(ref places) >= maxAdmitted)
        {
            Leave();
            throw Refused();
        }
    }

    internal void Leave() => Interlocked.Decrement(ref arrivals);

    internal void TakePlace()
    {
        if (Interlocked.Increment(ref places) > maxAdmitted)
        {
            ReleasePlace();
            throw Refused();
        }
    }

    internal void ReleasePlace() => Interlocked.Decrement(ref places);

    private UnavailableException Refused()
    {
        metrics.HashRefused();
        return new UnavailableException(RetryAfter);
    }
}

/// <summary>
/// The place of an operation that will hash. There are as many as may hash and wait, and an operation keeps its place while it reads and
/// records, so that a crowd never fills storage, where everyone would wait.
/// </summary>
public sealed class HashPlace(HashGate gate) : IDisposable
{
    private Stage stage;

    private enum Stage
    {
        Outside,
        Arrived,
        Taken,
    }

    /// <summary>
    /// Begins the operation, before its first read, and gives it the crowd's connections to storage. Refused when the gate is full, because
    /// the reads may take long then, and when very many others are reading.
    /// </summary>
    /// <exception cref="UnavailableException">The gate is full.</exception>
    public void Arrive()
    {
        gate.Arrive();
        stage = Stage.Arrived;
        StorageLanes.JoinCrowd();
    }

    /// <summary>
    /// Takes the place, if the operation has none. Strangers whom a throttle refuses never do: they take no places from others.
    /// </summary>
    /// <exception cref="UnavailableException">All places are taken.</exception>
    public void Take()
    {
        if (stage is not Stage.Taken)
        {
            gate.TakePlace();
            Dispose();
            stage = Stage.Taken;
        }
    }

    public void Dispose()
    {
        if (stage is Stage.Arrived)
        {
            gate.Leave();
        }
        else if (stage is Stage.Taken)
        {
            gate.ReleasePlace();
        }

        stage = Stage.Outside;
    }
}
