using Microsoft.Extensions.Options;

namespace AccountFunctions.Security;

/// <summary>
/// Lets a bounded number of password hashes run and a bounded number wait: memory stays below running × memory cost, and a flood is refused at once
/// instead of queueing until everything times out.
/// </summary>
public sealed class HashGate : IDisposable
{
    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim running;
    private readonly int maxAdmitted;
    private int admitted;

    public HashGate(IOptions<PasswordOptions> options)
    {
        var concurrent = options.Value.MaxConcurrentHashes is var max and > 0 ? max : 2 * Environment.ProcessorCount;
        running = new SemaphoreSlim(concurrent);
        maxAdmitted = concurrent + options.Value.MaxWaitingHashes;
    }

    /// <summary>Runs <paramref name="hash"/> in its turn. Throws <see cref="UnavailableException"/> when too many wait already.</summary>
    public async Task<T> RunAsync<T>(Func<T> hash, CancellationToken cancellationToken)
    {
        try
        {
            if (Interlocked.Increment(ref admitted) > maxAdmitted)
            {
                throw new UnavailableException(RetryAfter);
            }

            await running.WaitAsync(cancellationToken);
            try
            {
                return hash();
            }
            finally
            {
                running.Release();
            }
        }
        finally
        {
            Interlocked.Decrement(ref admitted);
        }
    }

    public void Dispose() => running.Dispose();
}
