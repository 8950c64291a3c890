using System.Security.Cryptography;
using System.Text;
using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Accounts;

/// <summary>
/// Row <c>identity-{provider}</c> of an account: its owner's identity at another provider. Until the identity, which is a name, is claimed
/// for the account, the row is only the plan for that.
/// </summary>
public sealed class IdentityEntity(TableEntity columns) : TableRow(columns)
{
    public const string RowPrefix = "identity-";

    public IdentityEntity(string accountId, string provider)
        : this(new TableEntity(accountId, RowPrefix + provider))
    {
    }

    /// <summary>The provider's name in the settings.</summary>
    public string Provider => RowKey[RowPrefix.Length..];

    public string Issuer { get => Get<string>(); set => Set(value); }

    /// <summary>Identifies the owner at that issuer.</summary>
    public string Subject { get => Get<string>(); set => Set(value); }

    /// <summary>The address that the provider told when the identity was linked; null: none.</summary>
    public string? Email { get => GetText(); set => Set(value); }

    public DateTimeOffset Created { get => Get<DateTimeOffset>(); set => Set(value); }

    /// <summary>The session that linked it; null: the first sign-in did.</summary>
    public string? SessionId { get => GetText(); set => Set(value); }

    /// <summary>The name of the client that linked it.</summary>
    public string? Client { get => GetText(); set => Set(value); }

    /// <summary>Identifies the plan; null once the identity is the account's.</summary>
    public string? PlanId { get => GetText(); set => Set(value); }

    /// <summary>Whether the owner gets no mail about the link, because it is as old as the account.</summary>
    public bool IsSilent { get => GetFlag(); set => Set(value); }

    public bool IsPlanned => PlanId is not null;

    /// <inheritdoc cref="NameOf"/>
    public string Name => NameOf(Issuer, Subject);

    /// <summary>The partition of table <c>Addresses</c> with the claim on the identity: a hash that is no hash of an address.</summary>
    public static string NameOf(string issuer, string subject) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"identity\n{issuer}\n{subject}")));
}
