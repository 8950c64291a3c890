using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Accounts;

/// <summary>Row <c>passkey-{id}</c> of an account: a passkey, as its registration and its last use left it (WebAuthn Level 3 §4).</summary>
public sealed class PasskeyEntity(TableEntity columns) : TableRow(columns)
{
    public const string RowPrefix = "passkey-";

    /// <param name="id">The SHA-256 of the credential id, in lower-case hex.</param>
    public PasskeyEntity(string accountId, string id)
        : this(new TableEntity(accountId, RowPrefix + id))
    {
    }

    public string Id => RowKey[RowPrefix.Length..];

    /// <summary>Whether a text has the form of an <see cref="Id"/>.</summary>
    public static bool IsId(string text) =>
        text.Length == 64 && text.All(character => char.IsAsciiDigit(character) || character is >= 'a' and <= 'f');

    /// <summary>In base64url, as the authenticator made it.</summary>
    public string CredentialId { get => Get<string>(); set => Set(value); }

    /// <summary>The COSE key (RFC 9052 §7) in base64url.</summary>
    public string PublicKey { get => Get<string>(); set => Set(value); }

    /// <summary>The signature counter; 0 for authenticators that keep none.</summary>
    public long Counter { get => Get<long>(); set => Set(value); }

    /// <summary>Whether the authenticator may copy the passkey to other devices.</summary>
    public bool IsBackupEligible { get => GetFlag(); set => Set(value); }

    /// <summary>Whether it has done so.</summary>
    public bool IsBackedUp { get => GetFlag(); set => Set(value); }

    /// <summary>How a browser reaches the authenticator.</summary>
    public IReadOnlyList<string> Transports { get => GetList(); set => SetList(value); }

    /// <summary>The authenticator's model.</summary>
    public string Aaguid { get => Get<string>(); set => Set(value); }

    /// <summary>What the owner calls it.</summary>
    public string Name { get => Get<string>(); set => Set(value); }

    public DateTimeOffset Created { get => Get<DateTimeOffset>(); set => Set(value); }

    public DateTimeOffset LastUsed { get => Get<DateTimeOffset>(); set => Set(value); }

    /// <summary>Identifies the challenge of its registration, so that a client whose answer was lost may repeat its call.</summary>
    public string Challenge { get => Get<string>(); set => Set(value); }
}
