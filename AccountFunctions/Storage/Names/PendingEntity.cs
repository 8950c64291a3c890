using AccountFunctions.Contract.Fields;
using AccountFunctions.Contract.Values;
using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Names;

/// <summary>
/// Row <c>pending-{registration id}</c> of an address: a registration whose code is not yet redeemed. Its account will have the same id.
/// </summary>
public sealed class PendingEntity(TableEntity columns) : CodeRow(columns)
{
    public const string RowPrefix = "pending-";

    public PendingEntity(string addressKey, string registrationId)
        : this(new TableEntity(addressKey, RowPrefix + registrationId))
    {
    }

    public string Id => RowKey[RowPrefix.Length..];

    public string Username { get => Get<string>(); set => Set(value); }

    /// <summary>The address that mail is sent to: <see cref="EmailAddress.Mailbox"/>.</summary>
    public string Mailbox { get => Get<string>(); set => Set(value); }

    public Credential Credential { get => Credential.Read(Get<string>(PasswordHash)); set => Set(value.Stored, PasswordHash); }

    /// <summary>Whether another registration with a different password was waiting at the address when this one arrived.</summary>
    public bool IsContested { get => GetFlag(); set => Set(value); }

    /// <summary>
    /// Whether its password was tried at sign-in, which counts as a failure once: at a taken address, the registration may be a stranger's
    /// guess at the account's password.
    /// </summary>
    public bool IsTried { get => GetFlag(); set => Set(value); }

    public string FirstName { get => Get<string>(); set => Set(value); }

    public string LastName { get => Get<string>(); set => Set(value); }

    public string? CountryCode { get => GetText(); set => Set(value); }

    /// <summary>The language of mails, one of the supported ones; null for the default.</summary>
    public string? Language { get => GetText(); set => Set(value); }
}
