using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Operations.Backups;

/// <summary>
/// How a file of a backup is encrypted: chunks of at most 4 MiB, each with its length, AES-256-GCM's tag and the ciphertext. The number of
/// the chunk is the nonce, under a key for this file alone. File, number and whether it is the last are authenticated, so that a chunk
/// that is changed, missing, doubled or at another place is found.
/// </summary>
internal static class SealedChunk
{
    public const int MaxBytes = 4 << 20;
    public const int TagBytes = 16;
    public const int HeaderBytes = sizeof(int) + TagBytes;

    /// <param name="file">Run and name of the file.</param>
    public static AesGcm CipherOf(byte[] runKey, string file) => new(
        HKDF.DeriveKey(HashAlgorithmName.SHA256, runKey, 32, info: Encoding.UTF8.GetBytes(file)), TagBytes);

    public static byte[] Nonce(long number)
    {
        var nonce = new byte[12];
        BinaryPrimitives.WriteInt64BigEndian(nonce.AsSpan(4), number);
        return nonce;
    }

    public static byte[] Context(string file, long number, bool isLast) => Encoding.UTF8.GetBytes($"{file}/{number}/{isLast}");
}

/// <summary>A stream that goes one way, once.</summary>
internal abstract class ForwardStream : Stream
{
    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}

/// <summary>Encrypts what is written to it. The file is whole once this is disposed.</summary>
internal sealed class SealedWriter(Stream inner, byte[] runKey, string file) : ForwardStream
{
    private readonly AesGcm cipher = SealedChunk.CipherOf(runKey, file);
    private readonly byte[] chunk = new byte[SealedChunk.MaxBytes];
    private int length;
    private long number;
    private bool disposed;

    public override bool CanWrite => true;

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            if (length == chunk.Length)
            {
                WriteChunk(isLast: false);
            }

            var part = buffer[..Math.Min(buffer.Length, chunk.Length - length)];
            part.CopyTo(chunk.AsSpan(length));
            length += part.Length;
            buffer = buffer[part.Length..];
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing && !disposed)
        {
            disposed = true;
            WriteChunk(isLast: true);
            cipher.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private void WriteChunk(bool isLast)
    {
        var whole = new byte[SealedChunk.HeaderBytes + length];
        BinaryPrimitives.WriteInt32BigEndian(whole, length);
        cipher.Encrypt(
            SealedChunk.Nonce(number),
            chunk.AsSpan(0, length),
            whole.AsSpan(SealedChunk.HeaderBytes),
            whole.AsSpan(sizeof(int), SealedChunk.TagBytes),
            SealedChunk.Context(file, number, isLast));
        inner.Write(whole);
        number++;
        length = 0;
    }
}

/// <summary>Decrypts what <see cref="SealedWriter"/> has written.</summary>
/// <exception cref="BackupException">While reading: the file is damaged.</exception>
internal sealed class SealedReader(Stream inner, byte[] runKey, string file) : ForwardStream
{
    private readonly AesGcm cipher = SealedChunk.CipherOf(runKey, file);
    private readonly byte[] header = new byte[SealedChunk.HeaderBytes];
    private ReadOnlyMemory<byte> rest;
    private bool begun;
    private bool ended;
    private long number;

    public override bool CanRead => true;

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override int Read(Span<byte> buffer)
    {
        while (rest.IsEmpty)
        {
            if (ended)
            {
                return 0;
            }

            rest = ReadChunk();
        }

        var part = rest.Span[..Math.Min(rest.Length, buffer.Length)];
        part.CopyTo(buffer);
        rest = rest[part.Length..];
        return part.Length;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            cipher.Dispose();
            inner.Dispose();
        }

        base.Dispose(disposing);
    }

    private byte[] ReadChunk()
    {
        if (!begun && inner.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
        {
            throw Damaged();
        }

        begun = true;
        var length = BinaryPrimitives.ReadInt32BigEndian(header);
        if (length is < 0 or > SealedChunk.MaxBytes)
        {
            throw Damaged();
        }

        var (content, tag, sealedBytes) = (new byte[length], header[sizeof(int)..], new byte[length]);
        if (inner.ReadAtLeast(sealedBytes, length, throwOnEndOfStream: false) < length)
        {
            throw Damaged();
        }

        // What follows says whether this is the last.
        var next = inner.ReadAtLeast(header, header.Length, throwOnEndOfStream: false);
        ended = next == 0;
        try
        {
            cipher.Decrypt(SealedChunk.Nonce(number), sealedBytes, tag, content, SealedChunk.Context(file, number, ended));
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw Damaged(e);
        }

        number++;
        return next == 0 || next == header.Length ? content : throw Damaged();
    }

    private BackupException Damaged(Exception? e = null) => new($"{file}: chunk {number} was changed, moved or cut off", e);
}
