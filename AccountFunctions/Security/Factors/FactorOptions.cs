using System.ComponentModel.DataAnnotations;

namespace AccountFunctions.Security.Factors;

/// <summary>Settings <c>Factors__*</c>: second factors.</summary>
public sealed class FactorOptions : IValidatableObject
{
    private const int MinKeyBytes = 32;

    /// <summary>
    /// The secret that encrypts the secrets of authenticator apps, and from which recovery codes are derived: base64 of at least 32 random
    /// bytes.
    /// </summary>
    [Required] public string Key { get; set; } = "";

    /// <summary>
    /// Earlier keys, separated by commas. They open what they encrypted, until a sign-in encrypts it with the current key.
    /// </summary>
    public string PreviousKeys { get; set; } = "";

    /// <summary>
    /// How many days a client that proved the second factor may sign in without it, with its <c>device</c> and the password. 0: never.
    /// </summary>
    [Range(0, 365)] public int TrustDevices { get; set; }

    internal IEnumerable<string> PreviousKeyList =>
        PreviousKeys.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsKey(Key))
        {
            yield return new ValidationResult("must be base64 of at least 32 bytes", [nameof(Key)]);
        }

        if (!PreviousKeyList.All(IsKey))
        {
            yield return new ValidationResult("must be base64 of at least 32 bytes each", [nameof(PreviousKeys)]);
        }
    }

    /// <summary>The keys for one use, the current one first.</summary>
    internal IReadOnlyList<byte[]> KeysFor(string use) => [.. PreviousKeyList.Prepend(Key).Select(key => DerivedKey.From(key, use))];

    private static bool IsKey(string base64) =>
        Convert.TryFromBase64String(base64, new byte[base64.Length], out var length) && length >= MinKeyBytes;
}
