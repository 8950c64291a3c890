using System.Security.Cryptography;
using System.Text;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>
/// Remembers the clients that sign in to an account, and notifies its owner of a new one. Most sign-ins come from a known client and cost
/// nothing.
/// </summary>
public sealed class KnownClients(AddressStore addresses, Lifetimes lifetimes, TimeProvider time)
{
    private const int MaxClients = 20;

    // A thief with the password must not flood the mailbox with made-up client names. A notice too soon after the last one waits, and
    // covers the sign-ins that arrive while it waits, so no new client goes unreported.
    private static readonly TimeSpan MinNoticeInterval = TimeSpan.FromHours(1);

    /// <summary>
    /// 16 hex digits of the hash of a client's name. The hash ignores digits in the name, so that an updated client is still known.
    /// </summary>
    public static string Fingerprint(string? client)
    {
        var name = string.Concat((client ?? "").Where(character => !char.IsAsciiDigit(character)));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)).AsSpan(0, 8));
    }

    /// <summary>Call it before the session is opened.</summary>
    public Task RecordAsync(Passed passed, AccountEntity account, string? client, CancellationToken cancellationToken)
    {
        var (fingerprint, now) = (Fingerprint(client), time.GetUtcNow());

        // A thief can copy the name of the owner's client, but not the device that it keeps.
        var isImitator = passed.Device is null && passed.SignIns.Devices.Any(
            device => device.IsKept && device.IsGoodFor(account, now) && Fingerprint(device.Client) == fingerprint);
        return addresses.ChangeAsync<Success>(
            AddressRequest.Of(passed.Address),
            partition =>
            {
                if (partition.Claim is { } claim && (isImitator || !claim.Clients.Contains(fingerprint) || claim.SweepDue <= now))
                {
                    Record(partition, claim, account.Id, fingerprint, isImitator, now);
                    partition.Save(claim);
                }

                return Success.Done;
            },
            cancellationToken);
    }

    private void Record(
        AddressPartition partition, ClaimEntity claim, string accountId, string fingerprint, bool isImitator, DateTimeOffset now)
    {
        if (isImitator || !claim.Clients.Contains(fingerprint))
        {
            // The first client of an account that an administrator or an import has made is as new to everybody as the account.
            var isFirst = claim.Clients.Count == 0 && !isImitator;
            claim.Clients = [.. claim.Clients.Where(known => known != fingerprint).TakeLast(MaxClients - 1), fingerprint];
            if (!isFirst && claim.NoticeDue <= now)
            {
                // The mail is sent only if the committed claim names its job, so concurrent sign-ins that lose the race are not reported.
                var delay = claim.NoticeDue + MinNoticeInterval > now ? claim.NoticeDue + MinNoticeInterval - now : TimeSpan.Zero;
                (claim.Notices, claim.NoticeDue) = ([.. claim.Notices.Where(told => told > now - Retention.Notices), now], now + delay);
                partition.Enqueue(new EmailJob(MailKind.NewSignIn, partition.Key, accountId, now) { Delay = delay });
            }
        }

        if (claim.SweepDue <= now)
        {
            claim.SweepDue = lifetimes.EndOfSessions(now);
            partition.Enqueue(new AccountSweep(partition.Key, claim.SweepDue));
        }
    }
}
