using AccountFunctions.Storage;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security;

/// <summary>Limits the mails to one address, over all purposes and whether or not it has an account.</summary>
public sealed class MailThrottle(IOptions<ThrottleOptions> options)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private readonly ThrottleOptions options = options.Value;

    /// <summary>
    /// Null: one more mail may go and is counted in <paramref name="guard"/>; commit it together with what the mail is about.
    /// Otherwise how long to wait; nothing is counted.
    /// </summary>
    /// <param name="isNotice">Nobody asked for the mail, so the cool-down does not apply.</param>
    public TimeSpan? Count(GuardEntity guard, DateTimeOffset now, bool isNotice = false)
    {
        var sent = guard.MailTimes.Select(DateTimeOffset.FromUnixTimeSeconds).Where(time => time > now - Day).ToList();
        var cooldown = isNotice ? TimeSpan.Zero : options.ResendCooldown;
        DateTimeOffset[] limits =
        [
            EarliestUnder(sent, 1, cooldown),
            EarliestUnder(sent, options.MailsPerHour, Hour),
            EarliestUnder(sent, options.MailsPerDay, Day),
        ];
        var next = limits.Max();
        if (next > now)
        {
            return next - now;
        }

        guard.MailTimes = [.. sent.Append(now).Select(time => time.ToUnixTimeSeconds())];
        return null;
    }

    // When the window will hold fewer than the limit: once the limit-th mail from the end has left it. A window of no length holds none.
    private static DateTimeOffset EarliestUnder(List<DateTimeOffset> sent, int limit, TimeSpan window) =>
        sent.Count < limit || window == TimeSpan.Zero ? DateTimeOffset.MinValue : sent[^limit] + window;
}
