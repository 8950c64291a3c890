using System.Globalization;
using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Accounts;

/// <summary>
/// Row <c>factor-totp</c> of an account: the secret that it shares with an authenticator app, and its recovery codes. Until the owner has
/// confirmed it with a code, it waits; <see cref="AccountEntity.SecondFactorSince"/> tells the two apart.
/// </summary>
public sealed class TotpEntity(TableEntity columns) : TableRow(columns)
{
    public const string RowName = "factor-totp";

    public TotpEntity(string accountId)
        : this(new TableEntity(accountId, RowName))
    {
    }

    /// <summary>Sealed with <c>Factors__Key</c>.</summary>
    public string Secret { get => Get<string>(); set => Set(value); }

    /// <summary>The session that set it up.</summary>
    public string IssuedBy { get => Get<string>(); set => Set(value); }

    /// <summary>Until then, it waits for its confirmation, and the call that confirmed it may be repeated.</summary>
    public DateTimeOffset Expires { get => Get<DateTimeOffset>(); set => Set(value); }

    /// <summary>Wrong codes that the confirmation still takes.</summary>
    public int TriesLeft { get => Get<int>(); set => Set(value); }

    /// <summary>The time step of the last accepted code (RFC 6238 §5.2). No code of it or of an earlier step is accepted again.</summary>
    public long LastStep { get => Columns.GetInt64(nameof(LastStep)) ?? 0; set => Set(value); }

    /// <summary>The session whose change that code confirmed; null: it signed in.</summary>
    public string? LastStepBy { get => GetText(); set => Set(value); }

    /// <summary>The time step of the code that confirmed the secret: the call may be repeated with that one only.</summary>
    public long ConfirmedStep { get => Columns.GetInt64(nameof(ConfirmedStep)) ?? 0; set => Set(value); }

    /// <summary>When the recovery codes were made, and the session that asked for them.</summary>
    public DateTimeOffset RecoveryCodesMade { get => GetTime(); set => Set(value); }

    /// <inheritdoc cref="RecoveryCodesMade"/>
    public string? RecoveryCodesMadeBy { get => GetText(); set => Set(value); }

    /// <summary>The random value from which the recovery codes are derived; null until the secret is confirmed.</summary>
    public string? RecoveryNonce { get => GetText(); set => Set(value); }

    /// <summary>The places of the recovery codes that were used.</summary>
    public IReadOnlyList<int> UsedRecoveryCodes
    {
        get => [.. GetList().Select(place => int.Parse(place, CultureInfo.InvariantCulture))];
        set => SetList(value);
    }
}
