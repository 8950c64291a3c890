using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace AccountFunctions.Security.Passwords.Argon2;

/// <summary>
/// The compression function G of Argon2 (RFC 9106 §3.5) on blocks of 1,024 bytes, in vectors of four 64-bit words. No branch and no memory
/// address depends on the content of the blocks.
/// </summary>
internal static unsafe class Argon2Block
{
    public const int Bytes = 1024;
    public const int Words = Bytes / sizeof(ulong);
    private const int Step = 4;

    public static bool IsSupported => Avx2.IsSupported;

    /// <summary>
    /// Writes G(<paramref name="x"/>, <paramref name="y"/>) to <paramref name="result"/>, which may be one of the two. In passes after the
    /// first, <paramref name="mixes"/> combines it with the old content by exclusive or (§3.2, step 6).
    /// </summary>
    /// <param name="work">A block to work in; it holds secrets afterwards.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Compress(ulong* x, ulong* y, ulong* result, bool mixes, ulong* work)
    {
        // R = X xor Y
        for (var i = 0; i < Words; i += Step)
        {
            var r = Vector256.Load(x + i) ^ Vector256.Load(y + i);
            r.Store(work + i);
            (mixes ? r ^ Vector256.Load(result + i) : r).Store(result + i);
        }

        // P on each of the eight rows of R: Q
        for (var i = 0; i < Words; i += 32)
        {
            PermuteRows(work + i);
        }

        // P on each of the eight columns of Q: Z
        for (var i = 0; i < 16; i += Step)
        {
            PermuteColumns(work + i);
        }

        // Z xor R
        for (var i = 0; i < Words; i += Step)
        {
            (Vector256.Load(result + i) ^ Vector256.Load(work + i)).Store(result + i);
        }
    }

    // P (§3.6) on two rows at once, for the processor to work on both. A row is sixteen words; as a matrix of four by four, each vector is
    // a line of it. After the columns of the matrix, the lines are turned so that its diagonals stand in columns.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PermuteRows(ulong* rows)
    {
        var a0 = Vector256.Load(rows);
        var b0 = Vector256.Load(rows + 4);
        var c0 = Vector256.Load(rows + 8);
        var d0 = Vector256.Load(rows + 12);
        var a1 = Vector256.Load(rows + 16);
        var b1 = Vector256.Load(rows + 20);
        var c1 = Vector256.Load(rows + 24);
        var d1 = Vector256.Load(rows + 28);
        Mix(ref a0, ref a1, ref b0, ref b1, ref c0, ref c1, ref d0, ref d1);
        (b0, c0, d0) = (Turn1(b0), Turn2(c0), Turn3(d0));
        (b1, c1, d1) = (Turn1(b1), Turn2(c1), Turn3(d1));
        Mix(ref a0, ref a1, ref b0, ref b1, ref c0, ref c1, ref d0, ref d1);
        a0.Store(rows);
        Turn3(b0).Store(rows + 4);
        Turn2(c0).Store(rows + 8);
        Turn1(d0).Store(rows + 12);
        a1.Store(rows + 16);
        Turn3(b1).Store(rows + 20);
        Turn2(c1).Store(rows + 24);
        Turn1(d1).Store(rows + 28);
    }

    // P on two columns at once. A column is a pair of words of each row, and a vector holds the pairs of both columns: two vectors are a
    // line of the matrix of either column.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PermuteColumns(ulong* columns)
    {
        var a0 = Vector256.Load(columns);
        var a1 = Vector256.Load(columns + 16);
        var b0 = Vector256.Load(columns + 32);
        var b1 = Vector256.Load(columns + 48);
        var c0 = Vector256.Load(columns + 64);
        var c1 = Vector256.Load(columns + 80);
        var d0 = Vector256.Load(columns + 96);
        var d1 = Vector256.Load(columns + 112);
        Mix(ref a0, ref a1, ref b0, ref b1, ref c0, ref c1, ref d0, ref d1);
        (b0, b1) = (Join(b0, b1), Join(b1, b0));
        (d0, d1) = (Join(d1, d0), Join(d0, d1));
        Mix(ref a0, ref a1, ref b0, ref b1, ref c1, ref c0, ref d0, ref d1);
        a0.Store(columns);
        a1.Store(columns + 16);
        Join(b1, b0).Store(columns + 32);
        Join(b0, b1).Store(columns + 48);
        c0.Store(columns + 64);
        c1.Store(columns + 80);
        Join(d0, d1).Store(columns + 96);
        Join(d1, d0).Store(columns + 112);
    }

    // The function GB (§3.6) on eight quadruples of words.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Mix(
        ref Vector256<ulong> a0,
        ref Vector256<ulong> a1,
        ref Vector256<ulong> b0,
        ref Vector256<ulong> b1,
        ref Vector256<ulong> c0,
        ref Vector256<ulong> c1,
        ref Vector256<ulong> d0,
        ref Vector256<ulong> d1)
    {
        (a0, a1) = (Add(a0, b0), Add(a1, b1));
        (d0, d1) = (RotateRight32(d0 ^ a0), RotateRight32(d1 ^ a1));
        (c0, c1) = (Add(c0, d0), Add(c1, d1));
        (b0, b1) = (RotateRight24(b0 ^ c0), RotateRight24(b1 ^ c1));
        (a0, a1) = (Add(a0, b0), Add(a1, b1));
        (d0, d1) = (RotateRight16(d0 ^ a0), RotateRight16(d1 ^ a1));
        (c0, c1) = (Add(c0, d0), Add(c1, d1));
        (b0, b1) = (RotateRight63(b0 ^ c0), RotateRight63(b1 ^ c1));
    }

    // x + y + 2 · trunc(x) · trunc(y), where trunc takes the lower 32 bits.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Add(Vector256<ulong> x, Vector256<ulong> y)
    {
        var product = Avx2.Multiply(x.AsUInt32(), y.AsUInt32());
        return x + y + (product + product);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> RotateRight32(Vector256<ulong> x) => Avx2.Shuffle(x.AsUInt32(), 0b10_11_00_01).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> RotateRight24(Vector256<ulong> x) => Avx2.Shuffle(x.AsByte(), Vector256.Create(
        (byte)3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10, 3, 4, 5, 6, 7, 0, 1, 2, 11, 12, 13, 14, 15, 8, 9, 10)).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> RotateRight16(Vector256<ulong> x) => Avx2.Shuffle(x.AsByte(), Vector256.Create(
        (byte)2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9, 2, 3, 4, 5, 6, 7, 0, 1, 10, 11, 12, 13, 14, 15, 8, 9)).AsUInt64();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> RotateRight63(Vector256<ulong> x) => (x + x) ^ (x >> 63);

    // The words of a line by one, two and three places to the left.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Turn1(Vector256<ulong> line) => Avx2.Permute4x64(line, 0b00_11_10_01);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Turn2(Vector256<ulong> line) => Avx2.Permute4x64(line, 0b01_00_11_10);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Turn3(Vector256<ulong> line) => Avx2.Permute4x64(line, 0b10_01_00_11);

    // In each half, the upper word of the first and the lower word of the second.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> Join(Vector256<ulong> first, Vector256<ulong> second) =>
        Avx2.AlignRight(second.AsByte(), first.AsByte(), sizeof(ulong)).AsUInt64();
}
