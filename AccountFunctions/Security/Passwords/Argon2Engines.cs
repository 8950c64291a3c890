using NSec.Cryptography;

namespace AccountFunctions.Security.Passwords;

/// <summary>Computes Argon2id, version 19 (RFC 9106).</summary>
public interface IArgon2Engine
{
    /// <summary>Whether this engine supports these cost parameters and this salt.</summary>
    bool Supports(Argon2Hash hash);

    /// <summary>The tag of a password for the cost parameters and salt of <paramref name="hash"/>, of the same length as its tag.</summary>
    byte[] Derive(byte[] password, Argon2Hash hash);
}

/// <summary>
/// libsodium through NSec: creates no garbage, but supports only one lane and 16-byte salts, is not available on every platform, and takes
/// fresh memory for each hash, which slows it down. The fallback where <see cref="Argon2.VectorArgon2"/> does not work.
/// </summary>
public sealed class SodiumArgon2 : IArgon2Engine
{
    private static readonly Lazy<bool> IsLoaded = new(Load);

    public bool Supports(Argon2Hash hash) =>
        hash is { Parallelism: 1, MemoryKiB: >= 8, Salt.Length: 16, Tag.Length: >= 16 } && IsLoaded.Value;

    public byte[] Derive(byte[] password, Argon2Hash hash) => Compute(password, hash);

    private static bool Load()
    {
        try
        {
            Compute([0], new Argon2Hash(8, 1, 1, new byte[16], new byte[16]));
            return true;
        }
        catch (Exception e) when (
            e is DllNotFoundException or PlatformNotSupportedException or TypeInitializationException or BadImageFormatException)
        {
            return false;
        }
    }

    private static byte[] Compute(byte[] password, Argon2Hash hash) =>
        new NSec.Cryptography.Argon2id(
            new Argon2Parameters { DegreeOfParallelism = 1, MemorySize = hash.MemoryKiB, NumberOfPasses = hash.Iterations })
            .DeriveBytes(password, hash.Salt, hash.Tag.Length);
}

/// <summary>
/// Konscious, managed code: slower, and leaves the whole memory cost as garbage, but supports any parameters on any platform.
/// </summary>
public sealed class KonsciousArgon2 : IArgon2Engine
{
    public bool Supports(Argon2Hash hash) => true;

    public byte[] Derive(byte[] password, Argon2Hash hash)
    {
        using var argon2 = new Konscious.Security.Cryptography.Argon2id(password)
        {
            MemorySize = hash.MemoryKiB,
            Iterations = hash.Iterations,
            DegreeOfParallelism = hash.Parallelism,
            Salt = hash.Salt,
        };
        return argon2.GetBytes(hash.Tag.Length);
    }
}
