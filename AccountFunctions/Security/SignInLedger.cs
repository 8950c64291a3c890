using System.Security.Cryptography;
using System.Text;
using AccountFunctions.Email;
using AccountFunctions.Housekeeping;
using AccountFunctions.Storage;

namespace AccountFunctions.Security;

/// <summary>
/// Remembers with which clients an account signs in, and lets its owner know by mail of one that is new. Most sign-ins are with a known client and cost nothing.
/// </summary>
public sealed class SignInLedger(AddressStore addresses, EmailOutbox outbox, HousekeepingSchedule housekeeping, Retention retention, TimeProvider time)
{
    private const int MaxClients = 20;

    // The one under way and the one that waits, and one for good measure.
    private const int MaxNotices = 3;

    // Whoever has the password must not flood the mailbox with names that he makes up. A notice that comes too soon after the last one waits, and while it
    // waits it stands for those after it: nothing new goes untold.
    private static readonly TimeSpan MinNoticeInterval = TimeSpan.FromHours(1);

    /// <summary>What a client is known by: 16 hex digits of its name's hash, without the digits in it, so that an update is no new client.</summary>
    public static string Fingerprint(string? client) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat((client ?? "").Where(character => !char.IsAsciiDigit(character))))).AsSpan(0, 8));

    /// <summary>To be called before the session is opened, with the partition of the account's address.</summary>
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
                // The job goes first and waits for the claim to name it: of sign-ins at once only the one that is committed is told of.
                var delay = claim.NoticeDue + MinNoticeInterval > now ? claim.NoticeDue + MinNoticeInterval - now : TimeSpan.Zero;
                (claim.Notices, claim.NoticeDue) = ([.. claim.Notices.TakeLast(MaxNotices - 1), now], now + delay);
                await outbox.EnqueueAsync(new EmailJob(EmailKind.NewSignIn, partition.Key, accountId, now), cancellationToken, delay);
            }
        }

        if (!followed)
        {
            claim.SweepDue = retention.EndOfSessions(now);
            await housekeeping.EnqueueAsync(new AccountSweep(partition.Key, claim.SweepDue), cancellationToken);
        }

        // Another sign-in at this moment may win; then the client is new again the next time.
        var batch = new PartitionBatch(partition.Key);
        batch.Save(claim);
        await addresses.TryCommitAsync(batch, cancellationToken);
    }
}
