using System.Globalization;
using System.Security.Cryptography;
using Azure.Data.Tables;

namespace AccountFunctions.Storage;

/// <summary>Row <c>event-{inverted ticks}</c> of an account: its security history, newest first, each written in the batch of the change it tells of.</summary>
public sealed class EventEntity(TableEntity columns) : TableRow(columns)
{
    public EventEntity(string accountId, AccountEvent what, DateTimeOffset when, string? sessionId = null, string? detail = null)
        : this(new TableEntity(accountId, NewKey(when)))
    {
        Set(what.ToString(), "What");
        Set(when, "When");
        Set(sessionId, "SessionId");
        Set(detail, "Detail");
    }

    /// <summary>Row keys from this one on, up to <see cref="LastKey"/>, are of events before <paramref name="when"/>.</summary>
    public static string FirstKeyBefore(DateTimeOffset when) => KeyAt(when) + '.';

    public const string LastKey = "event.";

    private static string KeyAt(DateTimeOffset when) => string.Create(CultureInfo.InvariantCulture, $"event-{DateTimeOffset.MaxValue.Ticks - when.UtcTicks:D19}");

    // Two events may share a tick.
    private static string NewKey(DateTimeOffset when) => $"{KeyAt(when)}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}";
}

/// <summary>What the security history tells.</summary>
public enum AccountEvent
{
    Activated,
    SignedIn,
    SignedOut,
    SignedOutEverywhere,
    SessionRevoked,
    RefreshTokenReused,
    PasswordChanged,
    PasswordReset,

    /// <summary>A mail to the owner was not delivered; the row's <c>Detail</c> is the transport's code.</summary>
    MailFailed,
}
