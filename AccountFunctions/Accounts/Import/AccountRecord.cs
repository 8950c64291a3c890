using System.Text.Json.Serialization;

namespace AccountFunctions.Accounts.Import;

/// <summary>An account in a file: a line of JSON that the import reads and the export writes.</summary>
public sealed record AccountRecord
{
    /// <summary>The email address.</summary>
    public string? Username { get; init; }

    /// <summary>The id of an account that this app has exported, so that other services know it again; null: a new one.</summary>
    public string? Id { get; init; }

    /// <summary>
    /// False: nobody has proved to own the address. Then nobody keeps a way in, and the owner sets a password with a mailed code.
    /// </summary>
    public bool? Verified { get; init; }

    /// <summary>In any form that the import knows; null: the account has no password.</summary>
    public string? PasswordHash { get; init; }

    public string? FirstName { get; init; }

    public string? LastName { get; init; }

    public string? CountryCode { get; init; }

    public string? Hobbies { get; init; }

    public string? Job { get; init; }

    public string? Bio { get; init; }

    /// <summary>The language of mails.</summary>
    public string? Language { get; init; }

    /// <summary><c>C</c> or <c>A</c>; null: <c>C</c>.</summary>
    public string? Role { get; init; }

    public bool Disabled { get; init; }

    /// <summary>Null: <c>Accounts__Lifetime</c> after the import.</summary>
    public DateTimeOffset? ExpirationDate { get; init; }

    /// <summary>When the owner registered; null: at the import.</summary>
    public DateTimeOffset? Created { get; init; }

    /// <summary>The secret of an authenticator app in base32 (SHA-1, 6 digits, 30 s); null: no second factor.</summary>
    public string? TotpSecret { get; init; }

    public IReadOnlyList<IdentityRecord>? Identities { get; init; }
}

/// <summary>An account at another provider.</summary>
/// <param name="Provider">The provider's name in the settings.</param>
/// <param name="Subject">Identifies the user at the issuer: the claim <c>sub</c>.</param>
/// <param name="Issuer">Null: that of the settings, or of the presets.</param>
public sealed record IdentityRecord(string Provider, string Subject, string? Issuer = null, string? Email = null);

/// <summary>A member that the format does not have is an error: it may be a typing mistake that loses data.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AccountRecord))]
public sealed partial class AccountRecordJson : JsonSerializerContext;
