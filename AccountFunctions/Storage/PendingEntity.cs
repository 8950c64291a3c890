using Azure.Data.Tables;

namespace AccountFunctions.Storage;

/// <summary>Row <c>pending-{registration id}</c> of an address: a registration whose code nobody has redeemed yet. Its account will have the same id.</summary>
public sealed class PendingEntity(TableEntity columns) : TableRow(columns)
{
    public const string RowPrefix = "pending-";

    public PendingEntity(string addressKey, string registrationId)
        : this(new TableEntity(addressKey, RowPrefix + registrationId))
    {
    }

    public string Id => RowKey[RowPrefix.Length..];

    public string Username { get => Get<string>(); set => Set(value); }

    /// <summary>Where mail goes: <see cref="Accounts.EmailAddress.Mailbox"/>.</summary>
    public string Mailbox { get => Get<string>(); set => Set(value); }

    public string PasswordHash { get => Get<string>(); set => Set(value); }

    public string FirstName { get => Get<string>(); set => Set(value); }

    public string LastName { get => Get<string>(); set => Set(value); }

    public string? CountryCode { get => GetText(); set => Set(value); }

    /// <summary>In which mails are written, one of <see cref="Email.EmailLanguage.Supported"/>; null for the default.</summary>
    public string? Language { get => GetText(); set => Set(value); }

    public string Nonce { get => Get<string>(); set => Set(value); }

    public int TriesLeft { get => Get<int>(); set => Set(value); }

    public DateTimeOffset Issued { get => Get<DateTimeOffset>(); set => Set(value); }

    public DateTimeOffset Expires { get => Get<DateTimeOffset>(); set => Set(value); }

    public bool IsLive(DateTimeOffset now) => TriesLeft > 0 && now < Expires;
}
