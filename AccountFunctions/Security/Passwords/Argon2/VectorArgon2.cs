using System.Security.Cryptography;

namespace AccountFunctions.Security.Passwords.Argon2;

/// <summary>
/// Argon2id (RFC 9106, version 0x13) for one lane, without a key or associated data, in vector code over pooled memory. Section signs refer
/// to the RFC. It allocates nothing but the tag.
/// </summary>
public sealed unsafe class VectorArgon2(TimeProvider time) : IArgon2Engine, IDisposable
{
    private const int Slices = 4;
    private const uint Version = 0x13;
    private const uint Argon2id = 2;
    private const int H0Bytes = 64;
    private static readonly Lazy<bool> IsSound = new(Check);
    private readonly Argon2Memory memory = new(time);

    public bool Supports(Argon2Hash hash) =>
        hash is { Parallelism: 1, MemoryKiB: >= 8, Iterations: >= 1, Salt.Length: >= 8, Tag.Length: >= 4 } && IsSound.Value;

    public byte[] Derive(byte[] password, Argon2Hash hash)
    {
        // §3.2, step 2: as many blocks as fill the slices.
        var blocks = hash.MemoryKiB / Slices * Slices;
        var buffer = memory.Rent(blocks);
        try
        {
            Begin(buffer.Words, password, hash);
            Fill(buffer.Words, blocks, hash.Iterations);

            // §3.2, steps 7 and 8: with one lane, the last block alone.
            var tag = new byte[hash.Tag.Length];
            Expand(Bytes(buffer.Words + ((long)(blocks - 1) * Argon2Block.Words)), tag);
            return tag;
        }
        finally
        {
            memory.Return(buffer);
        }
    }

    public void Dispose() => memory.Dispose();

    // Compare with another implementation once per process: a faulty processor or compiler must not compute hashes.
    private static bool Check()
    {
        if (!Argon2Block.IsSupported)
        {
            return false;
        }

        using var engine = new VectorArgon2(TimeProvider.System);
        var hash = new Argon2Hash(64, 3, 1, RandomNumberGenerator.GetBytes(16), new byte[32]);
        var password = RandomNumberGenerator.GetBytes(16);
        var other = new IArgon2Engine[] { new SodiumArgon2(), new KonsciousArgon2() }.First(other => other.Supports(hash));
        return engine.Derive(password, hash).AsSpan().SequenceEqual(other.Derive(password, hash));
    }

    // §3.2, steps 1, 3 and 4: H0, and from it the first two blocks.
    private static void Begin(ulong* words, ReadOnlySpan<byte> password, Argon2Hash hash)
    {
        Span<byte> seed = stackalloc byte[H0Bytes + (2 * sizeof(uint))];
        var h0 = new Blake2b(H0Bytes);
        h0.Append((uint)hash.Parallelism);
        h0.Append((uint)hash.Tag.Length);
        h0.Append((uint)hash.MemoryKiB);
        h0.Append((uint)hash.Iterations);
        h0.Append(Version);
        h0.Append(Argon2id);
        h0.Append((uint)password.Length);
        h0.Append(password);
        h0.Append((uint)hash.Salt.Length);
        h0.Append(hash.Salt);
        h0.Append(0u);
        h0.Append(0u);
        h0.Finish(seed[..H0Bytes]);

        // The number of the block, and that of the lane.
        seed[H0Bytes..].Clear();
        Expand(seed, Bytes(words));
        seed[H0Bytes] = 1;
        Expand(seed, Bytes(words + Argon2Block.Words));
        CryptographicOperations.ZeroMemory(seed);
    }

    // §3.2, steps 5 and 6.
    private static void Fill(ulong* words, int blocks, int passes)
    {
        var work = stackalloc ulong[4 * Argon2Block.Words];
        var addresses = new AddressBlock(work + Argon2Block.Words);
        var segment = blocks / Slices;
        for (var pass = 0; pass < passes; pass++)
        {
            for (var slice = 0; slice < Slices; slice++)
            {
                // §3.4.1.3: the first half of the first pass picks blocks by numbers that do not depend on the password.
                var isIndependent = pass == 0 && slice < Slices / 2;
                addresses.Begin(pass, slice, blocks, passes);
                for (var index = 0; index < segment; index++)
                {
                    if (isIndependent && index % Argon2Block.Words == 0)
                    {
                        addresses.Next(work);
                    }

                    var current = (slice * segment) + index;
                    if (pass == 0 && current < 2)
                    {
                        continue;
                    }

                    var previous = current == 0 ? blocks - 1 : current - 1;
                    var j = isIndependent ? addresses[index % Argon2Block.Words] : words[(long)previous * Argon2Block.Words];
                    var reference = Reference((uint)j, pass, slice, index, segment);
                    Argon2Block.Compress(
                        words + ((long)previous * Argon2Block.Words),
                        words + ((long)reference * Argon2Block.Words),
                        words + ((long)current * Argon2Block.Words),
                        mixes: pass > 0,
                        work);
                }
            }
        }

        new Span<ulong>(work, 4 * Argon2Block.Words).Clear();
    }

    // §3.4.2: the block that J1 picks among those that are finished, but for the one before, with a preference for the newest.
    private static uint Reference(uint j1, int pass, int slice, int index, int segment)
    {
        var (blocks, finished) = (Slices * segment, pass == 0 ? slice * segment : (Slices - 1) * segment);
        var area = (ulong)(finished + index - 1);
        var x = ((ulong)j1 * j1) >> 32;
        var position = area - 1 - ((area * x) >> 32);
        var start = pass == 0 ? 0 : (slice + 1) * segment;
        return (uint)(((ulong)start + position) % (ulong)blocks);
    }

    // §3.3: the hash H' of any length.
    private static void Expand(ReadOnlySpan<byte> input, Span<byte> output)
    {
        var first = new Blake2b(Math.Min(output.Length, Blake2b.MaxHashBytes));
        first.Append((uint)output.Length);
        first.Append(input);
        if (output.Length <= Blake2b.MaxHashBytes)
        {
            first.Finish(output);
            return;
        }

        Span<byte> link = stackalloc byte[Blake2b.MaxHashBytes];
        first.Finish(link);
        const int Half = Blake2b.MaxHashBytes / 2;
        link[..Half].CopyTo(output);
        for (output = output[Half..]; ; output = output[Half..])
        {
            var next = new Blake2b(Math.Min(output.Length, Blake2b.MaxHashBytes));
            next.Append(link);
            if (output.Length <= Blake2b.MaxHashBytes)
            {
                next.Finish(output);
                break;
            }

            next.Finish(link);
            link[..Half].CopyTo(output);
        }

        CryptographicOperations.ZeroMemory(link);
    }

    private static Span<byte> Bytes(ulong* block) => new(block, Argon2Block.Bytes);

    /// <summary>The numbers that pick blocks without looking at the password (§3.4.1.1), 128 at a time.</summary>
    private readonly unsafe struct AddressBlock(ulong* blocks)
    {
        private readonly ulong* numbers = blocks;
        private readonly ulong* input = blocks + Argon2Block.Words;
        private readonly ulong* zero = blocks + (2 * Argon2Block.Words);

        public ulong this[int index] => numbers[index];

        public void Begin(int pass, int slice, int memory, int passes)
        {
            new Span<ulong>(numbers, 3 * Argon2Block.Words).Clear();

            // Pass, lane, slice, memory, passes, type; the counter follows.
            (input[0], input[2], input[3], input[4], input[5]) = ((uint)pass, (uint)slice, (uint)memory, (uint)passes, Argon2id);
        }

        public void Next(ulong* work)
        {
            input[6]++;
            Argon2Block.Compress(zero, input, numbers, mixes: false, work);
            Argon2Block.Compress(zero, numbers, numbers, mixes: false, work);
        }
    }
}
