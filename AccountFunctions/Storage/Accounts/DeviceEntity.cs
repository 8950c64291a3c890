using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Accounts;

/// <summary>
/// Row <c>trusted-device-{hash}</c> of an account: a client that signed in with its password, and its failed sign-ins since then.
/// </summary>
public sealed class DeviceEntity(TableEntity columns) : FailureCounter(columns)
{
    /// <summary>Sorts behind <see cref="SessionEntity.RowPrefix"/>, so that one query reads both.</summary>
    public const string RowPrefix = "trusted-device-";

    /// <summary>All row keys of devices sort before this one.</summary>
    public const string LastKey = "trusted-device.";

    public DeviceEntity(string accountId, string hash)
        : this(new TableEntity(accountId, RowPrefix + hash))
    {
    }

    /// <summary><see cref="Security.Tokens.DeviceSecret.Hash"/>.</summary>
    public string Hash => RowKey[RowPrefix.Length..];

    public DateTimeOffset Created { get => Get<DateTimeOffset>(); set => Set(value); }

    public DateTimeOffset LastUsed { get => Get<DateTimeOffset>(); set => Set(value); }

    /// <summary>What the client called itself at its last sign-in.</summary>
    public string? Client { get => GetText(); set => Set(value); }

    /// <summary>Identifies the password that the client proved: the <see cref="AccountEntity.PasswordChanged"/> at that time.</summary>
    public DateTimeOffset PasswordChanged { get => Get<DateTimeOffset>(); set => Set(value); }

    /// <summary>When the client last signed in with the second factor.</summary>
    public DateTimeOffset FactorProved { get => GetTime(); set => Set(value); }

    /// <summary>Whether the client has kept its secret and sent it again. Many clients never do.</summary>
    public bool IsKept => LastUsed > Created;

    public bool IsGoodFor(AccountEntity account, DateTimeOffset now) =>
        PasswordChanged == account.PasswordChanged && now < LastUsed + Retention.Devices;
}
