using System.ComponentModel.DataAnnotations;
using AccountFunctions.Email;
using AccountFunctions.Security;
using Microsoft.Extensions.Options;

namespace AccountFunctions;

/// <summary>Settings <c>Accounts__*</c>: the accounts themselves.</summary>
public sealed class AccountOptions
{
    /// <summary>How long a new account may sign in; enforced for role <c>C</c>.</summary>
    public TimeSpan Lifetime { get; set; } = TimeSpan.FromDays(30);

    /// <summary>True gives the telling answers <c>username_taken</c> and <c>invalid_username</c>, and with them a way to find out who has an account.</summary>
    public bool DiscloseAddresses { get; set; }

    /// <summary>Whether <c>/api/docs</c>, its error reference and <c>/api/openapi.json</c> are served.</summary>
    public bool ServeDocs { get; set; } = true;
}

/// <summary>Settings <c>Passwords__*</c>. The defaults are OWASP's Argon2id minimum (Password Storage Cheat Sheet); lengths count Unicode code points after NFKC.</summary>
public sealed class PasswordOptions
{
    [Range(8, 256)] public int MinimumLength { get; set; } = 8;
    [Range(64, 256)] public int MaximumLength { get; set; } = 256;
    [Range(1024, 4 * 1024 * 1024)] public int MemoryKiB { get; set; } = 19456;
    [Range(1, 100)] public int Iterations { get; set; } = 2;
    [Range(1, 64)] public int Parallelism { get; set; } = 1;

    /// <summary>Hashes computed at once by one instance; 0 means twice the number of cores. Times <see cref="MemoryKiB"/>, this bounds the memory of hashing.</summary>
    [Range(0, 1024)] public int MaxConcurrentHashes { get; set; }

    /// <summary>Hashes that may wait for their turn; one more is answered with 503.</summary>
    [Range(0, 10_000)] public int MaxWaitingHashes { get; set; } = 50;
}

/// <summary>Settings <c>Codes__*</c>: the mailed codes.</summary>
public sealed class CodeOptions : IValidatableObject
{
    /// <summary>Secret from which codes and refresh tokens are derived: base64 of at least 32 random bytes.</summary>
    [Required] public string Key { get; set; } = "";
    [Range(6, 10)] public int Digits { get; set; } = 6;
    [Range(1, 10)] public int Tries { get; set; } = 5;
    public TimeSpan ActivationLifetime { get; set; } = TimeSpan.FromDays(1);
    public TimeSpan ResetLifetime { get; set; } = TimeSpan.FromMinutes(10);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        var key = new byte[Key.Length];
        if (!Convert.TryFromBase64String(Key, key, out var length) || length < 32)
        {
            yield return new ValidationResult("must be base64 of at least 32 bytes", [nameof(Key)]);
        }
    }
}

/// <summary>Settings <c>Throttle__*</c>: what one address and one client network may ask for.</summary>
public sealed class ThrottleOptions
{
    public TimeSpan ResendCooldown { get; set; } = TimeSpan.FromMinutes(1);
    [Range(1, 1000)] public int MailsPerHour { get; set; } = 5;
    [Range(1, 50)] public int MailsPerDay { get; set; } = 10;
    [Range(1, 100)] public int SignInFailures { get; set; } = 5;
    public TimeSpan SignInWindow { get; set; } = TimeSpan.FromMinutes(5);
    public TimeSpan MaxDelay { get; set; } = TimeSpan.FromMinutes(15);
    [Range(1, 1_000_000)] public int RequestsPerMinute { get; set; } = 60;

    /// <summary>Which <c>X-Forwarded-For</c> entry, counted from the right, is the client: 1 behind Azure's front end, 2 with a proxy of yours before it.</summary>
    [Range(1, 10)] public int TrustedProxyHops { get; set; } = 1;
}

/// <summary>Settings <c>Tokens__*</c>: access and refresh tokens.</summary>
public sealed class TokenOptions : IValidatableObject
{
    /// <summary>PEM of the P-256 private key that signs access tokens (ES256).</summary>
    [Required] public string SigningKey { get; set; } = "";

    /// <summary>PEM of earlier, or coming, keys, one after another: published and accepted, never used to sign.</summary>
    public string PreviousSigningKeys { get; set; } = "";
    [Required] public string Issuer { get; set; } = "";
    [Required] public string Audience { get; set; } = "";
    public TimeSpan AccessLifetime { get; set; } = TimeSpan.FromMinutes(15);
    public TimeSpan RefreshIdleLifetime { get; set; } = TimeSpan.FromDays(14);
    public TimeSpan RefreshAbsoluteLifetime { get; set; } = TimeSpan.FromDays(90);

    /// <summary>How long the token used last is answered again with the successor it already got (lost answers).</summary>
    public TimeSpan RefreshGrace { get; set; } = TimeSpan.FromSeconds(30);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!SigningKeys.TryRead(SigningKey, out var current) || current.Count != 1)
        {
            yield return new ValidationResult("must be the PEM of one P-256 private key", [nameof(SigningKey)]);
        }

        if (!SigningKeys.TryRead(PreviousSigningKeys, out _))
        {
            yield return new ValidationResult("must be PEMs of P-256 private keys", [nameof(PreviousSigningKeys)]);
        }
    }
}

/// <summary>Settings <c>Email__*</c>: who writes the mails and what carries them.</summary>
public sealed class EmailOptions : IValidatableObject
{
    public EmailTransportKind Transport { get; set; }
    [Required, EmailAddress] public string Sender { get; set; } = "";
    [Required] public string ProductName { get; set; } = "";

    /// <summary>The language of mails to those who asked for none that there is.</summary>
    public string DefaultLanguage { get; set; } = "en";

    /// <summary>Mails that may leave in any minute, all instances together: the quota that the transport grants.</summary>
    [Range(1, 10_000_000)] public int PerMinute { get; set; } = 30;

    /// <inheritdoc cref="PerMinute"/>
    [Range(1, 100_000_000)] public int PerHour { get; set; } = 100;

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!EmailLanguage.Supported.Contains(DefaultLanguage))
        {
            yield return new ValidationResult($"must be one of {string.Join(", ", EmailLanguage.Supported)}", [nameof(DefaultLanguage)]);
        }
    }
}

/// <summary>What carries the mails.</summary>
public enum EmailTransportKind
{
    AzureCommunication,
    Smtp,
}

/// <summary>Reads one section into an options class and checks it at start; a refusal is one line that names the setting as an operator writes it.</summary>
public sealed class SettingsValidator<TOptions>(string section) : IValidateOptions<TOptions>
    where TOptions : class
{
    public ValidateOptionsResult Validate(string? name, TOptions options)
    {
        var results = new List<ValidationResult>();
        Validator.TryValidateObject(options, new ValidationContext(options), results, validateAllProperties: true);
        var failures = results.ConvertAll(result => $"{section}__{string.Join(", ", result.MemberNames)}: {result.ErrorMessage}");
        failures.AddRange(typeof(TOptions).GetProperties()
            .Where(property => property.GetValue(options) is string text && text.StartsWith("@Microsoft.KeyVault(", StringComparison.Ordinal))
            .Select(property => $"{section}__{property.Name}: the reference to Key Vault is not resolved; is the secret there, and has the app the right to read it?"));
        failures.AddRange(typeof(TOptions).GetProperties()
            .Where(property => property.GetValue(options) is TimeSpan duration && duration < TimeSpan.Zero)
            .Select(property => $"{section}__{property.Name}: must not be negative"));
        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
