using System.ComponentModel.DataAnnotations;
using AccountFunctions.Storage.Jobs;

namespace AccountFunctions.Security.Codes;

/// <summary>Settings <c>Codes__*</c>: mailed codes.</summary>
public sealed class CodeOptions : IValidatableObject
{
    private const int MinKeyBytes = 32;

    /// <summary>
    /// The secret from which codes, refresh tokens and the seal of queue messages are derived: base64 of at least 32 random bytes.
    /// </summary>
    [Required] public string Key { get; set; } = "";

    /// <summary>The previous key, for eight days after a change. It only opens queue messages that are still waiting.</summary>
    public string PreviousKey { get; set; } = "";

    /// <summary>Digits of a mailed code.</summary>
    [Range(6, 10)] public int Digits { get; set; } = 6;

    /// <summary>Wrong tries after which a code is void.</summary>
    [Range(1, 10)] public int Tries { get; set; } = 5;

    /// <summary>How long an activation code is valid, and how long a registration waits for it.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "7.00:00:00")]
    public TimeSpan ActivationLifetime { get; set; } = TimeSpan.FromDays(1);

    /// <summary>How long a password-reset code is valid.</summary>
    [Range(typeof(TimeSpan), "00:00:00", "1.00:00:00")]
    public TimeSpan ResetLifetime { get; set; } = TimeSpan.FromMinutes(10);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IsKey(Key))
        {
            yield return new ValidationResult("must be base64 of at least 32 bytes", [nameof(Key)]);
        }

        if (PreviousKey.Length > 0 && !IsKey(PreviousKey))
        {
            yield return new ValidationResult("must be base64 of at least 32 bytes", [nameof(PreviousKey)]);
        }
    }

    /// <summary>The seal of queue messages, with what of the two is a key.</summary>
    public JobSeal Seal() => new([.. new[] { Key, PreviousKey }.Where(IsKey).Select(key => DerivedKey.From(key, "queue-message"))]);

    private static bool IsKey(string base64) =>
        Convert.TryFromBase64String(base64, new byte[base64.Length], out var length) && length >= MinKeyBytes;
}
