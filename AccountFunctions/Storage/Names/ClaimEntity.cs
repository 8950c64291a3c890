using System.Globalization;
using AccountFunctions.Contract.Values;
using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Names;

/// <summary>Row <c>account</c> of an address: the account that owns it. It is unique because it is inserted only if absent.</summary>
public sealed class ClaimEntity(TableEntity columns) : TableRow(columns)
{
    public const string RowName = "account";

    public ClaimEntity(string addressKey, string accountId)
        : this(new TableEntity(addressKey, RowName)) => Set(accountId, nameof(AccountId));

    public string AccountId => Get<string>();

    /// <summary>The nonce of the redeemed activation code, so that a client whose answer was lost can repeat its call.</summary>
    public string? RedeemedNonce { get => GetText(); set => Set(value); }

    /// <summary>Until then, the client may repeat the call.</summary>
    public DateTimeOffset RepeatableUntil { get => GetTime(); set => Set(value); }

    /// <summary>Wrong codes since the redemption. They are guesses like others: after some of them, the call cannot be repeated.</summary>
    public int RepeatGuesses { get => GetNumber(); set => Set(value); }

    /// <summary>Whether the account began without a password, because registrations with different passwords waited.</summary>
    public bool WasContested { get => GetFlag(); set => Set(value); }

    /// <summary>Fingerprints of the clients that signed in most recently, newest last.</summary>
    public IReadOnlyList<string> Clients { get => GetList(); set => SetList(value); }

    /// <summary>The salt of the account's password, which registrations at the address share.</summary>
    public Salt? Salt { get => GetText() is { } text ? new Salt(text.TrimEnd('=')) : null; set => Set(value?.Text); }

    /// <summary>The sign-ins that the last notices of a new client are about, newest last.</summary>
    public IReadOnlyList<DateTimeOffset> Notices
    {
        get =>
        [
            .. GetList().Select(ticks => new DateTimeOffset(long.Parse(ticks, CultureInfo.InvariantCulture), TimeSpan.Zero)),
        ];
        set => SetList(value.Select(notice => notice.UtcTicks));
    }

    /// <summary>When the newest of those notices is or was sent.</summary>
    public DateTimeOffset NoticeDue { get => GetTime(); set => Set(value); }

    /// <summary>The due time of the housekeeping job that follows the account's sessions; in the past if there is none.</summary>
    public DateTimeOffset SweepDue { get => GetTime(); set => Set(value); }
}
