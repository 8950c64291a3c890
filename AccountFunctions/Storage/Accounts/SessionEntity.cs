using AccountFunctions.Storage.Changes;
using Azure.Data.Tables;

namespace AccountFunctions.Storage.Accounts;

/// <summary>Row <c>session-{id}</c> of an account: one signed-in client and the state of its chain of refresh tokens.</summary>
public sealed class SessionEntity(TableEntity columns) : TableRow(columns)
{
    public const string RowPrefix = "session-";

    /// <summary>The authentication method of a password (RFC 8176 §2).</summary>
    public const string PasswordMethod = "pwd";

    /// <summary>The method of a second factor: a code of an authenticator app, or a recovery code.</summary>
    public const string OtpMethod = "otp";

    /// <summary>The method of a passkey.</summary>
    public const string PasskeyMethod = "hwk";

    /// <summary>The method of a mailed code: another channel.</summary>
    public const string MailMethod = "mca";

    /// <summary>The method of an identity at another provider: federation. RFC 8176 has no word for it.</summary>
    public const string ExternalMethod = "fed";

    public SessionEntity(string accountId, string sessionId)
        : this(new TableEntity(accountId, RowPrefix + sessionId))
    {
    }

    public string Id => RowKey[RowPrefix.Length..];

    /// <summary>Place of the current refresh token in the chain.</summary>
    public int Counter { get => Get<int>(); set => Set(value); }

    /// <summary><see cref="Security.Tokens.RefreshToken.Hash"/> of the current refresh token.</summary>
    public string Hash { get => Get<string>(); set => Set(value); }

    /// <summary>The last <see cref="Counter"/> whose predecessor came again within the grace; 0 if none did.</summary>
    public int Repeated { get => GetNumber(); set => Set(value); }

    /// <summary>The account's version under which the session is good.</summary>
    public int Version { get => Get<int>(); set => Set(value); }

    public DateTimeOffset Created { get => Get<DateTimeOffset>(); set => Set(value); }

    public DateTimeOffset LastUsed { get => Get<DateTimeOffset>(); set => Set(value); }

    /// <summary>When the session ends even if it is used.</summary>
    public DateTimeOffset Expires { get => Get<DateTimeOffset>(); set => Set(value); }

    /// <summary>When the session ends if it is not used again.</summary>
    public DateTimeOffset EndsAt(TimeSpan idleLifetime) => Expires - LastUsed > idleLifetime ? LastUsed + idleLifetime : Expires;

    /// <summary>How the user signed in: authentication methods (RFC 8176).</summary>
    public IReadOnlyList<string> Amr { get => GetList() is [_, ..] methods ? methods : [PasswordMethod]; set => SetList(value); }

    /// <summary>Whether the sign-in has proved two factors. A passkey counts as both.</summary>
    public bool HasTwoFactors => Amr.Any(method => method is OtpMethod or PasskeyMethod);

    /// <summary><see cref="DeviceEntity.Hash"/> of the device that signed in; null for sessions older than devices.</summary>
    public string? Device { get => GetText(); set => Set(value); }

    /// <summary>What the client called itself at sign-in.</summary>
    public string? Client { get => GetText(); set => Set(value); }
}
