using System.Runtime.InteropServices;

namespace Benchmarks.Load;

/// <summary>The reference implementation of Argon2 as Debian builds it (<c>apt-get install libargon2-1</c>).</summary>
public static partial class LibArgon2
{
    private const string Library = "libargon2.so.1";
    private static readonly byte[] Password = "blue tractor 77"u8.ToArray();

    public static bool IsInstalled { get; } = NativeLibrary.TryLoad(Library, out _);

    /// <summary>Argon2id with the app's default cost: 19 MiB, two passes, one lane.</summary>
    public static void Hash()
    {
        var tag = new byte[32];
        if (HashRaw(2, 19456, 1, Password, (nuint)Password.Length, new byte[16], 16, tag, (nuint)tag.Length) is var error and not 0)
        {
            throw new InvalidOperationException($"libargon2 answers {error}.");
        }
    }

    [LibraryImport(Library, EntryPoint = "argon2id_hash_raw")]
    private static partial int HashRaw(
        uint passes,
        uint kibibytes,
        uint lanes,
        byte[] password,
        nuint passwordLength,
        byte[] salt,
        nuint saltLength,
        byte[] tag,
        nuint tagLength);
}
