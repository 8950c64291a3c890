using Microsoft.Extensions.Options;

namespace AccountFunctions.Housekeeping;

/// <summary>How long rows are kept that nobody needs for ever.</summary>
public sealed class Retention(IOptions<CodeOptions> codes, IOptions<TokenOptions> tokens)
{
    /// <summary>How long an account's history reaches back.</summary>
    public static readonly TimeSpan History = TimeSpan.FromDays(365);

    /// <summary>
    /// How long failed sign-ins count after the last one. An address and a month are good for 100 guesses at most, therefore, whoever guesses and
    /// whether or not anybody has an account there.
    /// </summary>
    public static readonly TimeSpan Failures = TimeSpan.FromDays(30);

    /// <summary>How long a notice is news, and how far back mails to an address are counted.</summary>
    public static readonly TimeSpan Mails = TimeSpan.FromDays(1);

    // Requests that were under way at the end are over, and clocks may differ.
    private static readonly TimeSpan Margin = TimeSpan.FromHours(1);

    /// <summary>When nothing is of use any more of what a mail asked for at <paramref name="issued"/> is about: its code, its mark that it was sent, its place in the count.</summary>
    public DateTimeOffset EndOfMail(DateTimeOffset issued) =>
        issued + Margin + new[] { Mails, codes.Value.ActivationLifetime, codes.Value.ResetLifetime }.Max();

    /// <summary>When most of the sessions opened by <paramref name="now"/> have ended for want of use.</summary>
    public DateTimeOffset EndOfSessions(DateTimeOffset now) => now + tokens.Value.RefreshIdleLifetime + Margin;
}
