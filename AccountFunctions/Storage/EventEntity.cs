using System.Globalization;
using System.Security.Cryptography;
using Azure.Data.Tables;

namespace AccountFunctions.Storage;

/// <summary>Row <c>event-{inverted ticks}</c> of an account: its security history, newest first, each written in the batch of the change it tells of.</summary>
public sealed class EventEntity(TableEntity columns) : TableRow(columns)
{
    public EventEntity(string accountId, AccountEvent what, DateTimeOffset when, string? sessionId = null)
        : this(new TableEntity(accountId, NewKey(when)))
    {
        Set(what.ToString(), "What");
        Set(when, "When");
        Set(sessionId, "SessionId");
    }

    // Two events may share a tick.
    private static string NewKey(DateTimeOffset when) => string.Create(
        CultureInfo.InvariantCulture, $"event-{DateTimeOffset.MaxValue.Ticks - when.UtcTicks:D19}-{RandomNumberGenerator.GetHexString(4, lowercase: true)}");
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
}
