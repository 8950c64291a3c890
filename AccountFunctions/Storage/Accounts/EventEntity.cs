using System.Globalization;
using System.Security.Cryptography;
using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Accounts;

/// <summary>
/// Row <c>event-{inverted ticks}</c> of an account: its security history, newest first. Each row is written in the transaction of the
/// change it records.
/// </summary>
public sealed class EventEntity(TableEntity columns) : TableRow(columns)
{
    public const string RowPrefix = "event-";

    /// <summary>All row keys of events sort before this one.</summary>
    public const string LastKey = "event.";

    public EventEntity(string accountId, Act act, Actor actor, DateTimeOffset time)
        : this(new TableEntity(accountId, NewKey(time)))
    {
        Set(act.Word, nameof(Kind));
        Set(time, nameof(Time));
        Set(actor.SessionId, nameof(SessionId));
        Set(actor.Client, nameof(Client));
        Set(actor.By, nameof(By));
    }

    /// <summary><see cref="Act.Word"/>.</summary>
    public string Kind => Get<string>();

    public DateTimeOffset Time => Get<DateTimeOffset>();

    /// <inheritdoc cref="Actor"/>
    public string? SessionId => GetText();

    /// <inheritdoc cref="Actor"/>
    public string? Client => GetText();

    /// <inheritdoc cref="Actor"/>
    public string? By => GetText();

    public string? Detail { get => GetText(); init => Set(value); }

    /// <summary>The mailbox that gets the notice, if it is not the account's own: an address that the account just gave up.</summary>
    public string? Mailbox { get => GetText(); init => Set(value); }

    /// <summary>Row keys from this one up to <see cref="LastKey"/> belong to events before <paramref name="when"/>.</summary>
    public static string FirstKeyBefore(DateTimeOffset when) => KeyAt(when) + '.';

    /// <summary>Row keys of events at a given time start at the first of these keys, and end before the second.</summary>
    public static (string First, string Last) KeysAt(DateTimeOffset time) => (KeyAt(time) + '-', KeyAt(time) + '.');

    private static string KeyAt(DateTimeOffset when) =>
        string.Create(CultureInfo.InvariantCulture, $"{RowPrefix}{DateTimeOffset.MaxValue.Ticks - when.UtcTicks:D19}");

    // Two events may share a tick.
    private static string NewKey(DateTimeOffset when) => $"{KeyAt(when)}-{RandomNumberGenerator.GetHexString(8, lowercase: true)}";
}
