using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Security.Cryptography;

namespace AccountFunctions.Security.Passwords.Argon2;

/// <summary>BLAKE2b without a key (RFC 7693), for the few hundred bytes around Argon2's memory. It allocates nothing.</summary>
internal struct Blake2b
{
    public const int MaxHashBytes = 64;
    private const int BlockBytes = 128;
    private const int Rounds = 12;

    // RFC 7693 §2.6
    private static ReadOnlySpan<ulong> InitialValues =>
    [
        0x6a09e667f3bcc908, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b, 0xa54ff53a5f1d36f1,
        0x510e527fade682d1, 0x9b05688c2b3e6c1f, 0x1f83d9abfb41bd6b, 0x5be0cd19137e2179,
    ];

    // RFC 7693 §2.7. Rounds 10 and 11 use the first two rows again.
    private static ReadOnlySpan<byte> Schedule =>
    [
        0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15,
        14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3,
        11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4,
        7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8,
        9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13,
        2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9,
        12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11,
        13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10,
        6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5,
        10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0,
    ];

    private Chain chain;
    private Block block;
    private int used;
    private ulong length;

    /// <param name="hashBytes">1 to 64.</param>
    public Blake2b(int hashBytes)
    {
        InitialValues.CopyTo(chain);

        // The parameter block: no key, fanout and depth 1 (RFC 7693 §2.5).
        chain[0] ^= 0x0101_0000UL ^ (uint)hashBytes;
    }

    public void Append(uint number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, number);
        Append(bytes);
    }

    public void Append(ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            // Keep a full block back, because the last block is compressed differently.
            if (used == BlockBytes)
            {
                Compress(isLast: false);
            }

            var part = data[..Math.Min(data.Length, BlockBytes - used)];
            part.CopyTo(block[used..]);
            used += part.Length;
            data = data[part.Length..];
        }
    }

    /// <summary>Writes the hash, of the requested length, and wipes its input.</summary>
    public void Finish(Span<byte> hash)
    {
        block[used..].Clear();
        Compress(isLast: true);
        Span<byte> bytes = stackalloc byte[MaxHashBytes];
        for (var i = 0; i < 8; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(bytes[(8 * i)..], chain[i]);
        }

        bytes[..hash.Length].CopyTo(hash);
        CryptographicOperations.ZeroMemory(bytes);
        CryptographicOperations.ZeroMemory(block);
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes((Span<ulong>)chain));
    }

    // RFC 7693 §3.2: the function F.
    private void Compress(bool isLast)
    {
        length += (uint)used;
        used = 0;
        Span<ulong> message = stackalloc ulong[16];
        for (var i = 0; i < message.Length; i++)
        {
            message[i] = BinaryPrimitives.ReadUInt64LittleEndian(block[(8 * i)..]);
        }

        Span<ulong> v = stackalloc ulong[16];
        ((ReadOnlySpan<ulong>)chain).CopyTo(v);
        InitialValues.CopyTo(v[8..]);
        v[12] ^= length;
        v[14] = isLast ? ~v[14] : v[14];
        for (var round = 0; round < Rounds; round++)
        {
            var s = Schedule.Slice(round % 10 * 16, 16);
            Mix(v, 0, 4, 8, 12, message[s[0]], message[s[1]]);
            Mix(v, 1, 5, 9, 13, message[s[2]], message[s[3]]);
            Mix(v, 2, 6, 10, 14, message[s[4]], message[s[5]]);
            Mix(v, 3, 7, 11, 15, message[s[6]], message[s[7]]);
            Mix(v, 0, 5, 10, 15, message[s[8]], message[s[9]]);
            Mix(v, 1, 6, 11, 12, message[s[10]], message[s[11]]);
            Mix(v, 2, 7, 8, 13, message[s[12]], message[s[13]]);
            Mix(v, 3, 4, 9, 14, message[s[14]], message[s[15]]);
        }

        for (var i = 0; i < 8; i++)
        {
            chain[i] ^= v[i] ^ v[i + 8];
        }

        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(message));
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(v));
    }

    // RFC 7693 §3.1: the function G.
    private static void Mix(Span<ulong> v, int a, int b, int c, int d, ulong x, ulong y)
    {
        v[a] += v[b] + x;
        v[d] = BitOperations.RotateRight(v[d] ^ v[a], 32);
        v[c] += v[d];
        v[b] = BitOperations.RotateRight(v[b] ^ v[c], 24);
        v[a] += v[b] + y;
        v[d] = BitOperations.RotateRight(v[d] ^ v[a], 16);
        v[c] += v[d];
        v[b] = BitOperations.RotateRight(v[b] ^ v[c], 63);
    }

    [InlineArray(8)]
    private struct Chain
    {
        private ulong first;
    }

    [InlineArray(BlockBytes)]
    private struct Block
    {
        private byte first;
    }
}
