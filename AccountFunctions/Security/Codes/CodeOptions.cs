using System.ComponentModel.DataAnnotations;

namespace AccountFunctions.Security.Codes;

/// <summary>Settings <c>Codes__*</c>: mailed codes.</summary>
public sealed class CodeOptions : IValidatableObject
{
    private const int MinKeyBytes = 32;

    /// <summary>The secret from which codes and refresh tokens are derived: base64 of at least 32 random bytes.</summary>
    [Required] public string Key { get; set; } = "";

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
        var key = new byte[Key.Length];
        if (!Convert.TryFromBase64String(Key, key, out var length) || length < MinKeyBytes)
        {
            yield return new ValidationResult("must be base64 of at least 32 bytes", [nameof(Key)]);
        }
    }
}
