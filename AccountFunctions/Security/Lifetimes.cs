using AccountFunctions.Security.Codes;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security;

/// <summary>When the app may delete rows whose lifetime depends on the settings.</summary>
public sealed class Lifetimes(IOptions<CodeOptions> codes, IOptions<TokenOptions> tokens)
{
    /// <summary>How far the clocks of two instances may differ.</summary>
    public static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    /// <summary>How long a client may repeat a call that redeemed a code, because answers get lost.</summary>
    public static readonly TimeSpan Repeat = TimeSpan.FromMinutes(10);

    /// <summary>
    /// When everything belonging to a mail requested at <paramref name="issued"/> (code, sent mark, rate-limit entry) may be deleted.
    /// </summary>
    public DateTimeOffset EndOfMail(DateTimeOffset issued) =>
        issued + Retention.Margin + new[] { Retention.Mails, codes.Value.ActivationLifetime, codes.Value.ResetLifetime }.Max();

    /// <summary>When everything belonging to a notice issued at this time may be deleted.</summary>
    public static DateTimeOffset EndOfNotice(DateTimeOffset issued) => issued + Retention.Margin + Retention.Notices;

    /// <summary>When most of the sessions opened by <paramref name="now"/> have ended from disuse.</summary>
    public DateTimeOffset EndOfSessions(DateTimeOffset now) => now + tokens.Value.RefreshIdleLifetime + Retention.Margin;
}
