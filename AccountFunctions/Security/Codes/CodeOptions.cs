using System.ComponentModel.DataAnnotations;

namespace AccountFunctions.Security;

/// <summary>Settings <c>Codes__*</c>: the mailed codes.</summary>
public sealed class CodeOptions : IValidatableObject
{
    private const int MinKeyBytes = 32;

    /// <summary>Secret from which codes and refresh tokens are derived: base64 of at least 32 random bytes.</summary>
    [Required] public string Key { get; set; } = "";
    [Range(6, 10)] public int Digits { get; set; } = 6;
    [Range(1, 10)] public int Tries { get; set; } = 5;
    public TimeSpan ActivationLifetime { get; set; } = TimeSpan.FromDays(1);
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
