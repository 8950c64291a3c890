using System.Runtime.InteropServices;

namespace AccountFunctions.Security.Passwords.Argon2;

/// <summary>
/// Keeps the memory of hashes for later ones, because getting 19 MiB of fresh pages from the system takes almost as long as hashing. There
/// are as many buffers as hashes have run at once, which the gate bounds. They are wiped a second after the last hash.
/// </summary>
internal sealed unsafe class Argon2Memory : IDisposable
{
    private const int Alignment = 64;
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(1);
    private readonly Lock sync = new();
    private readonly Stack<Buffer> free = [];
    private readonly ITimer quiet;
    private bool isDisposed;

    public Argon2Memory(TimeProvider time) =>
        quiet = time.CreateTimer(_ => WipeAll(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

    /// <summary>How many idle buffers still hold the data of a hash.</summary>
    public int Dirty
    {
        get
        {
            lock (sync)
            {
                return free.Count(buffer => buffer.IsDirty);
            }
        }
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
                    buffer.IsDirty = true;
                    return buffer;
                }

                // The cost was raised, so buffers of the old size are useless.
                buffer.Free();
            }
        }

        return new Buffer((ulong*)NativeMemory.AlignedAlloc((nuint)blocks * Argon2Block.Bytes, Alignment), blocks) { IsDirty = true };
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

            free.Push(buffer);
        }

        quiet.Change(Quiet, Timeout.InfiniteTimeSpan);
    }

    public void Dispose()
    {
        quiet.Dispose();
        lock (sync)
        {
            isDisposed = true;
            while (free.TryPop(out var buffer))
            {
                buffer.Free();
            }
        }
    }

    private void WipeAll()
    {
        lock (sync)
        {
            foreach (var buffer in free.Where(buffer => buffer.IsDirty))
            {
                buffer.Wipe();
            }
        }
    }

    /// <summary>The memory of one hash.</summary>
    public sealed class Buffer(ulong* words, int blocks)
    {
        public ulong* Words => words;

        public int Blocks => blocks;

        public bool IsDirty { get; set; }

        public void Wipe()
        {
            NativeMemory.Clear(words, (nuint)blocks * Argon2Block.Bytes);
            IsDirty = false;
        }

        public void Free()
        {
            Wipe();
            NativeMemory.AlignedFree(words);
        }
    }
}
