using System.Runtime.InteropServices;

namespace AccountFunctions.Security.Passwords.Argon2;

/// <summary>
/// Keeps the memory of hashes for later ones, because getting 19 MiB of fresh pages from the system takes almost as long as hashing. There
/// are as many buffers as hashes have run at once, which the gate bounds. A buffer that no hash wants is wiped within two seconds, however
/// busy the others are.
/// </summary>
public sealed unsafe class Argon2Memory : IDisposable
{
    private const int Alignment = 64;
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);
    private readonly Lock sync = new();
    private readonly Stack<Buffer> free = [];
    private readonly TimeProvider time;
    private readonly ITimer wiping;
    private bool isWiping;
    private bool isDisposed;

    public Argon2Memory(TimeProvider time)
    {
        this.time = time;
        wiping = time.CreateTimer(_ => WipeIdle(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>A buffer of at least this many blocks, with arbitrary content. Give it back with <see cref="Return"/>.</summary>
    public Buffer Rent(int blocks)
    {
        lock (sync)
        {
            while (free.TryPop(out var buffer))
            {
                if (buffer.Blocks >= blocks)
                {
                    return buffer;
                }

                // The cost was raised, so buffers of the old size are useless.
                buffer.Free();
            }
        }

        return new Buffer((ulong*)NativeMemory.AlignedAlloc((nuint)blocks * Argon2Block.Bytes, Alignment), blocks);
    }

    public void Return(Buffer buffer)
    {
        lock (sync)
        {
            if (isDisposed)
            {
                buffer.Free();
                return;
            }

            buffer.IdleSince = time.GetTimestamp();
            free.Push(buffer);
            WipeLater();
        }
    }

    public void Dispose()
    {
        wiping.Dispose();
        lock (sync)
        {
            isDisposed = true;
            while (free.TryPop(out var buffer))
            {
                buffer.Free();
            }
        }
    }

    private void WipeIdle()
    {
        lock (sync)
        {
            isWiping = false;
            foreach (var buffer in free.Where(buffer => buffer.IdleSince is { } since && time.GetElapsedTime(since) >= Quiet))
            {
                buffer.Wipe();
            }

            if (free.Any(buffer => buffer.IdleSince is not null))
            {
                WipeLater();
            }
        }
    }

    private void WipeLater()
    {
        if (!isWiping)
        {
            isWiping = wiping.Change(Quiet, Timeout.InfiniteTimeSpan);
        }
    }

    /// <summary>The memory of one hash.</summary>
    public sealed class Buffer(ulong* words, int blocks)
    {
        public ulong* Words => words;

        public int Blocks => blocks;

        /// <summary>When it was returned with the data of a hash; null if it has been wiped since.</summary>
        public long? IdleSince { get; set; }

        public void Wipe()
        {
            NativeMemory.Clear(words, (nuint)blocks * Argon2Block.Bytes);
            IdleSince = null;
        }

        public void Free()
        {
            Wipe();
            NativeMemory.AlignedFree(words);
        }
    }
}
