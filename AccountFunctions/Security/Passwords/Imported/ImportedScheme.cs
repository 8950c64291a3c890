using System.Security.Cryptography;
using System.Text;
using Konscious.Security.Cryptography;
using Org.BouncyCastle.Crypto.Generators;

namespace AccountFunctions.Security.Passwords.Imported;

/// <summary>How a scheme of other systems derives a tag, and what it may cost.</summary>
/// <param name="Numbers">The parameters on which the cost depends.</param>
internal sealed record ImportedScheme(
    string[] Numbers,
    Func<ImportedHash, bool> IsWithinCeilings,
    Func<ImportedHash, int> MemoryKiB,
    Func<byte[], ImportedHash, Func<Argon2Hash, IArgon2Engine>, byte[]> Derive)
{
    // From half a second of one core to one and a half.
    private const int MaxPbkdf2Iterations = 2_000_000;
    private const int MaxBcryptRounds = 14;
    private const int MaxScryptBlocks = 1 << 20;
    private const int MaxScryptMemoryKiB = 128 * 1024;
    private const int BcryptPasswordBytes = 72;
    private const int BcryptSaltBytes = 16;

    // The standard's implementations drop the last of 24 bytes.
    private const int BcryptTagBytes = 23;
    private static readonly Dictionary<string, ImportedScheme> All = new()
    {
        ["pbkdf2-sha1"] = Pbkdf2(HashAlgorithmName.SHA1),
        ["pbkdf2-sha256"] = Pbkdf2(HashAlgorithmName.SHA256),
        ["pbkdf2-sha512"] = Pbkdf2(HashAlgorithmName.SHA512),
        ["bcrypt"] = Bcrypt(password => password),

        // Django's, so that long passwords count whole.
        ["bcrypt-sha256"] = Bcrypt(password => Encoding.ASCII.GetBytes(Convert.ToHexStringLower(SHA256.HashData(password)))),
        ["scrypt"] = new(
            ["ln", "r", "p"],
            hash => IsScryptWithinCeilings(hash["ln"], hash["r"], hash["p"]),
            hash => ScryptMemoryKiB(hash["ln"], hash["r"]),
            (password, hash, _) => SCrypt.Generate(password, hash.Salt, 1 << hash["ln"], hash["r"], hash["p"], hash.Tag.Length)),
        ["fbscrypt"] = new(
            ["n", "r"],
            hash => IsScryptWithinCeilings(hash["n"], hash["r"], 1) && hash.Tag.Length % 16 == 0,
            hash => ScryptMemoryKiB(hash["n"], hash["r"]),
            (password, hash, _) => Firebase(password, hash)),
        ["argon2id"] = Argon2((password, argon2, engineFor) => engineFor(argon2).Derive(password, argon2)),
        ["argon2i"] = Argon2((password, argon2, _) => Run(new Argon2i(password), argon2)),
        ["argon2d"] = Argon2((password, argon2, _) => Run(new Argon2d(password), argon2)),
    };

    public static ImportedScheme? Find(string name) => All.GetValueOrDefault(name);

    private static ImportedScheme Pbkdf2(HashAlgorithmName algorithm) => new(
        ["i"],
        hash => hash["i"] is >= 1 and <= MaxPbkdf2Iterations,
        _ => 0,
        (password, hash, _) => Rfc2898DeriveBytes.Pbkdf2(password, hash.Salt, hash["i"], algorithm, hash.Tag.Length));

    // As all implementations since 2a do: a zero byte ends the password, unless it is too long, and then its beginning counts.
    private static ImportedScheme Bcrypt(Func<byte[], byte[]> prepare) => new(
        ["r"],
        hash => hash["r"] is >= 4 and <= MaxBcryptRounds && (hash.Salt.Length, hash.Tag.Length) == (BcryptSaltBytes, BcryptTagBytes),
        _ => 0,
        (password, hash, _) =>
            BCrypt.Generate(CutForBcrypt(prepare(password)), hash.Salt, hash["r"], addTerminator: false)[..BcryptTagBytes]);

    private static byte[] CutForBcrypt(byte[] password) => [.. password.Append((byte)0).Take(BcryptPasswordBytes)];

    private static ImportedScheme Argon2(Func<byte[], Argon2Hash, Func<Argon2Hash, IArgon2Engine>, byte[]> derive)
    {
        return new ImportedScheme(
            ["m", "t", "p"],
            hash => Read(hash).IsWithinCeilings,
            hash => hash["m"],
            (password, hash, engineFor) => derive(password, Read(hash), engineFor));

        static Argon2Hash Read(ImportedHash hash) => new(hash["m"], hash["t"], hash["p"], hash.Salt, hash.Tag);
    }

    private static byte[] Run(Konscious.Security.Cryptography.Argon2 argon2, Argon2Hash hash)
    {
        using (argon2)
        {
            (argon2.MemorySize, argon2.Iterations, argon2.DegreeOfParallelism) = (hash.MemoryKiB, hash.Iterations, hash.Parallelism);
            argon2.Salt = hash.Salt;
            return argon2.GetBytes(hash.Tag.Length);
        }
    }

    private static int ScryptMemoryKiB(int exponent, int blockSize) => (1 << exponent) / 8 * blockSize;

    private static bool IsScryptWithinCeilings(int exponent, int blockSize, int lanes) =>
        exponent is >= 3 and <= 20
        && blockSize is >= 1 and <= 64
        && lanes is >= 1 and <= 64
        && ScryptMemoryKiB(exponent, blockSize) <= MaxScryptMemoryKiB
        && (long)(1 << exponent) * blockSize * lanes <= MaxScryptBlocks;

    // Firebase encrypts the key of the project (sk) with what scrypt derives, by AES-256 in counter mode, from zero on.
    private static byte[] Firebase(byte[] password, ImportedHash hash)
    {
        byte[] salt = [.. hash.Salt, .. hash.BytesOf("ss")];
        using var aes = Aes.Create();
        aes.Key = SCrypt.Generate(password, salt, 1 << hash["n"], hash["r"], 1, 32);
        var counters = new byte[hash.Tag.Length];
        for (var block = 1; block < counters.Length / 16; block++)
        {
            counters[(block * 16) + 15] = (byte)block;
        }

        var stream = aes.EncryptEcb(counters, PaddingMode.None);
        var key = hash.BytesOf("sk");
        return key.Length == stream.Length ? [.. key.Zip(stream, (one, other) => (byte)(one ^ other))] : stream;
    }
}
