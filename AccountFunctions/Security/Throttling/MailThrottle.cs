using AccountFunctions.Contract.Answers;
using AccountFunctions.Storage.Names;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security.Throttling;

/// <summary>Limits the mails to one address, for all purposes together and whether or not it has an account.</summary>
public sealed class MailThrottle(AddressStore addresses, IOptions<ThrottleOptions> options)
{
    private static readonly TimeSpan Hour = TimeSpan.FromHours(1);
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);
    private readonly ThrottleOptions options = options.Value;

    /// <summary>Counts a mail in the change of the address that it goes to.</summary>
    /// <param name="counter">The guard of the address, or the reset code of the device that requested the mail.</param>
    /// <param name="isNotice">True if no one requested the mail, so the cool-down does not apply.</param>
    /// <returns>Null if the mail may go; otherwise the refusal, and the mail is not counted.</returns>
    public Problem? Count(IMailCounter counter, DateTimeOffset now, bool isNotice = false)
    {
        var sent = counter.MailTimes.Select(DateTimeOffset.FromUnixTimeSeconds).Where(time => time > now - Day).ToList();
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
            return Problem.Throttled(ThrottleKind.Mail, next - now);
        }

        counter.MailTimes = [.. sent.Append(now).Select(time => time.ToUnixTimeSeconds())];
        return null;
    }

    /// <summary>Whether a mail may be requested now. Counts nothing: <see cref="ChargeAsync"/> does, once the mail leaves.</summary>
    public async Task<Problem?> PeekAsync(string addressKey, DateTimeOffset now, CancellationToken cancellationToken) =>
        Count((await addresses.LoadAsync(addressKey, cancellationToken)).Guard, now);

    /// <summary>Counts a mail that leaves, once however often its job is delivered.</summary>
    /// <param name="issued">When it was requested.</param>
    public Task<Result<Success>> ChargeAsync(string addressKey, DateTimeOffset issued, CancellationToken cancellationToken) =>
        addresses.ChangeAsync<Success>(
            new AddressRequest(addressKey),
            partition =>
            {
                if (partition.Guard.MailTimes.Contains(issued.ToUnixTimeSeconds()))
                {
                    return Success.Done;
                }

                if (Count(partition.Guard, issued, isNotice: true) is { } refused)
                {
                    return refused;
                }

                partition.Save(partition.Guard);
                return Success.Done;
            },
            cancellationToken);

    // The time when the window will hold fewer mails than the limit: when the limit-th mail from the end leaves it. A window without a
    // length holds no mails.
    private static DateTimeOffset EarliestUnder(List<DateTimeOffset> sent, int limit, TimeSpan window) =>
        sent.Count < limit || window == TimeSpan.Zero ? DateTimeOffset.MinValue : sent[^limit] + window;
}
