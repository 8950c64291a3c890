using AccountFunctions.Contract;
using Azure.Data.Tables;

namespace AccountFunctions.Storage;

/// <summary>
/// Row <c>account</c> of an account. Other programs read <c>Username</c>, <c>Role</c>, <c>Disabled</c>, <c>ExpirationDate</c> and
/// <c>Version</c>.
/// </summary>
public sealed class AccountEntity(TableEntity columns) : TableRow(columns)
{
    public const string RowName = "account";
    public const string ClientRole = "C";
    public const string AdminRole = "A";

    /// <summary>The expiration date of an account that does not expire: the last second that RFC 3339 can write.</summary>
    public static readonly DateTimeOffset Never = new(9999, 12, 31, 23, 59, 59, TimeSpan.Zero);

    public AccountEntity(string id)
        : this(new TableEntity(id, RowName))
    {
    }

    /// <summary>UUIDv7, 32 hex digits.</summary>
    public string Id => PartitionKey;

    /// <summary>The canonical address.</summary>
    public string Username { get => Get<string>(); set => Set(value); }

    /// <summary>Where mail goes.</summary>
    public string Mailbox { get => Get<string>(); set => Set(value); }

    public string Role { get => Get<string>(); set => Set(value); }

    public bool Disabled { get => Get<bool>(); set => Set(value); }

    public DateTimeOffset ExpirationDate { get => Get<DateTimeOffset>(); set => Set(value); }

    /// <summary>Raised to end every session: sessions and access tokens carry the version they were issued under.</summary>
    public int Version { get => Get<int>(); set => Set(value); }

    /// <summary>Null: the account has no password yet; the owner sets one with a mailed code.</summary>
    public Credential? Credential { get => GetCredential(); set => Set(value?.Stored, PasswordHash); }

    /// <summary>When the password was last changed or reset.</summary>
    public DateTimeOffset PasswordChanged { get => Get<DateTimeOffset>(); set => Set(value); }

    public string FirstName { get => Get<string>(); set => Set(value); }

    public string LastName { get => Get<string>(); set => Set(value); }

    public string? CountryCode { get => GetText(); set => Set(value); }

    public string? Hobbies { get => GetText(); set => Set(value); }

    public string? Job { get => GetText(); set => Set(value); }

    public string? Bio { get => GetText(); set => Set(value); }

    /// <inheritdoc cref="PendingEntity.Language"/>
    public string? Language { get => GetText(); set => Set(value); }

    /// <summary>Whether the owner has chosen <see cref="Language"/>. Otherwise it follows the clients that sign in.</summary>
    public bool HasChosenLanguage { get => GetFlag(); set => Set(value); }

    public DateTimeOffset Created { get => Get<DateTimeOffset>(); set => Set(value); }

    /// <summary>Whether anything may be done with the account: sign-in, calls, codes, mails.</summary>
    public bool IsUsable => !Disabled;

    /// <summary>Accounts of administrators never expire.</summary>
    public bool IsExpired(DateTimeOffset now) => Role == ClientRole && now >= ExpirationDate;
}
