using System.Security.Cryptography;
using System.Text;
using AccountFunctions.Email;
using AccountFunctions.Security;
using AccountFunctions.Storage;

namespace AccountFunctions.Accounts;

/// <summary>
/// Remembers the clients that sign in to an account, and mails its owner about a new one. Most sign-ins are with a known client and cost
/// nothing.
/// </summary>
public sealed class KnownClients(
    AddressStore addresses, EmailOutbox outbox, HousekeepingQueue housekeeping, Lifetimes lifetimes, TimeProvider time)
{
    private const int MaxClients = 20;

    // The one under way, the one that waits, and one to spare.
    private const int MaxNotices = 3;

    // A thief with the password must not flood the mailbox with made-up names. A notice that comes too soon after the last one waits, and
    // covers the sign-ins that come while it waits, so no new client goes unreported.
    private static readonly TimeSpan MinNoticeInterval = TimeSpan.FromHours(1);

    /// <summary>16 hex digits of the hash of a client's name, without the digits in the name, so that an update is no new client.</summary>
    public static string Fingerprint(string? client)
    {
        var name = string.Concat((client ?? "").Where(character => !char.IsAsciiDigit(character)));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 8));
    }

    /// <summary>Call it before the session is opened, with the partition of the account's address.</summary>
    public async Task RecordAsync(AddressPartition partition, string accountId, string? client, CancellationToken cancellationToken)
    {
        if (partition.Claim is not { } claim)
        {
            return;
        }

        var now = time.GetUtcNow();
        var fingerprint = Fingerprint(client);
        var (known, followed) = (claim.Clients.Contains(fingerprint), claim.SweepDue > now);
        if (known && followed)
        {
            return;
        }

        if (!known)
        {
            claim.Clients = [.. claim.Clients.TakeLast(MaxClients - 1), fingerprint];
            if (claim.NoticeDue <= now)
            {
                // The job goes first and waits until the claim names it: of sign-ins at the same time, only the committed one is reported.
                var delay = claim.NoticeDue + MinNoticeInterval > now ? claim.NoticeDue + MinNoticeInterval - now : TimeSpan.Zero;
                (claim.Notices, claim.NoticeDue) = ([.. claim.Notices.TakeLast(MaxNotices - 1), now], now + delay);
                await outbox.EnqueueAsync(new EmailJob(EmailKind.NewSignIn, partition.Key, accountId, now), delay, cancellationToken);
            }
        }

        if (!followed)
        {
            claim.SweepDue = lifetimes.EndOfSessions(now);
            await housekeeping.EnqueueAsync(new AccountSweep(partition.Key, claim.SweepDue), cancellationToken);
        }

        // Another sign-in at this moment may win; then the client is new again the next time.
        partition.Save(claim);
        await addresses.TryCommitAsync(partition, cancellationToken);
    }
}
