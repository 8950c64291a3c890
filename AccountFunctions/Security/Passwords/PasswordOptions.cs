using System.ComponentModel.DataAnnotations;
using AccountFunctions.Security.Passwords.Imported;

namespace AccountFunctions.Security.Passwords;

/// <summary>
/// Settings <c>Passwords__*</c>. The defaults are OWASP's Argon2id minimum (Password Storage Cheat Sheet); lengths count Unicode code
/// points after NFKC.
/// </summary>
public sealed class PasswordOptions : IValidatableObject
{
    /// <summary>Minimum length of a new password, in Unicode code points after NFKC.</summary>
    [Range(8, 256)] public int MinimumLength { get; set; } = 8;

    /// <summary>Maximum length of a password, in Unicode code points after NFKC.</summary>
    [Range(64, 256)] public int MaximumLength { get; set; } = 256;

    /// <summary>
    /// Memory of a hash in KiB (Argon2id). The cost defaults are OWASP's minimum, and Production accepts no lower ones.
    /// </summary>
    [Range(1024, Argon2Hash.MaxMemoryKiB)] public int MemoryKiB { get; set; } = 19456;

    /// <summary>Passes of a hash over its memory.</summary>
    [Range(1, Argon2Hash.MaxIterations)] public int Iterations { get; set; } = 2;

    /// <summary>Lanes of a hash.</summary>
    [Range(1, Argon2Hash.MaxParallelism)] public int Parallelism { get; set; } = 1;

    /// <summary>
    /// Hashes that one instance computes at once; 0 means twice the number of cores. Multiplied by <see cref="MemoryKiB"/>, this bounds the
    /// memory for hashing.
    /// </summary>
    [Range(0, 1024)] public int MaxConcurrentHashes { get; set; }

    /// <summary>Hashes that may wait for their turn; further requests get 503.</summary>
    [Range(0, 10_000)] public int MaxWaitingHashes { get; set; } = 50;

    /// <summary>
    /// What a hash of your former system costs, as the import prints it, such as <c>raw$pbkdf2-sha256$i=260000</c>. Until an imported user
    /// signs in, checking the password takes that much longer, which tells strangers that the address has an imported account. With this
    /// setting, every check at every address takes as long. Remove it once most users have signed in.
    /// </summary>
    public string ImportedCost { get; set; } = "";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (ImportedCost.Length > 0 && !ImportedHash.TryParseCost(ImportedCost, out _))
        {
            yield return new ValidationResult("is no cost that the import prints, or is beyond the ceilings", [nameof(ImportedCost)]);
        }
    }

    /// <summary>Whether a hash costs what OWASP's Password Storage Cheat Sheet asks for: any of its pairs of memory and passes.</summary>
    internal bool IsStrong() => Array.Exists(
        [(47_104, 1), (19_456, 2), (12_288, 3), (9_216, 4), (7_168, 5)],
        ((int MemoryKiB, int Iterations) least) => MemoryKiB >= least.MemoryKiB && Iterations >= least.Iterations);
}
