using AccountFunctions.Contract.Fields;
using AccountFunctions.Security;
using AccountFunctions.Security.Codes;
using AccountFunctions.Security.Throttling;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Email;

/// <summary>
/// Decides which mail a job needs, and its recipient. Derives the code again at each delivery, because no code is stored.
/// </summary>
public sealed class EmailComposer(
    AddressStore addresses,
    AccountStore accounts,
    VerificationCodes codes,
    EmailTexts texts,
    MailThrottle throttle,
    HousekeepingQueue housekeeping,
    FixedCodes fixedCodes,
    TimeProvider time)
{
    // Per act and day: a thief with the password must not flood the mailbox, and the first notices tell the owner enough.
    private const int MaxNotices = 5;
    private const string LimitReached = "the daily limit of this notice is reached";
    private const string NoOwner = "the account is disabled or gone";
    private static readonly TimeSpan Day = TimeSpan.FromDays(1);

    // How long the last of many must have been the last before it is told.
    private static readonly TimeSpan LateNotice = TimeSpan.FromMinutes(10);

    /// <summary>Whether the app writes mails of this kind.</summary>
    public static bool Knows(string kind) =>
        kind is MailKind.Registration or MailKind.Code or MailKind.SignInCode or MailKind.EmailChange or MailKind.NewSignIn
        || Act.Find(kind)?.Notice is not null;

    public async Task<EmailDecision> ComposeAsync(EmailJob job, CancellationToken cancellationToken)
    {
        var decision = await DecideAsync(job, cancellationToken);
        return decision is EmailDecision.Send send
            && EmailAddress.TryParse(send.To, out var recipient)
            && fixedCodes.Has(recipient.Key)
            ? new EmailDecision.Drop("a test address gets no mail")
            : decision;
    }

    private async Task<EmailDecision> DecideAsync(EmailJob job, CancellationToken cancellationToken) => job.Kind switch
    {
        MailKind.Registration => await ComposeRegistrationAsync(job, cancellationToken),
        MailKind.Code => await ComposeCodeAsync(job, cancellationToken),
        MailKind.SignInCode => await ComposeSignInCodeAsync(job, cancellationToken),
        MailKind.EmailChange => await ComposeEmailChangeAsync(job, cancellationToken),
        _ when time.GetUtcNow() > job.Issued + Retention.Notices => new EmailDecision.Drop("it is too old to matter"),
        MailKind.NewSignIn => await ComposeNewSignInAsync(job, cancellationToken),
        _ when Act.Find(job.Kind)?.Notice is { } notice => await ComposeNoticeAsync(job, notice, cancellationToken),
        _ => throw new InvalidOperationException($"No mail for {job.Kind}."),
    };

    private async Task<EmailDecision> ComposeRegistrationAsync(EmailJob job, CancellationToken cancellationToken)
    {
        var partition = await addresses.LoadAsync(job.AddressKey, cancellationToken);
        var now = time.GetUtcNow();
        var pending = partition.Pendings.FirstOrDefault(row => row.Id == job.Id);
        return partition.Claim?.AccountId == job.Id ? new EmailDecision.Drop("the account is active already")
            : pending is null ? new EmailDecision.Wait()
            : !pending.IsLive(now) ? new EmailDecision.Drop("its code is no longer good")
            : partition.Claim is { } claim ? await ComposeTakenAsync(claim, job, texts.AlreadyRegistered, cancellationToken)
            : ActivationCode(pending, now);
    }

    private async Task<EmailDecision> ComposeCodeAsync(EmailJob job, CancellationToken cancellationToken)
    {
        var partition = await addresses.LoadAsync(job.AddressKey, cancellationToken);
        var now = time.GetUtcNow();
        if (FindCode(partition, CodeUse.Reset, job) is not { } row)
        {
            // The job's own row is not committed yet, or a newer row has replaced it. Clocks of instances differ, so only waiting shows
            // which.
            return new EmailDecision.Wait();
        }

        if (partition.Claim is { } claim)
        {
            if (!row.IsLive(now))
            {
                return new EmailDecision.Drop("its code is no longer good");
            }

            var code = codes.Derive(CodePurpose.Reset, partition.Key, row.Nonce);
            var account = await OwnerAsync(claim, cancellationToken);
            return account is { Credential: null }
                ? ToOwner(account, job, language => texts.SetPassword(language, code, row.Expires - now), EmailPriority.Reset)
                : ToOwner(account, job, language => texts.ResetCode(language, code, row.Expires - now), EmailPriority.Reset);
        }

        return partition.Pendings.LastOrDefault(pending => pending.IsLive(now)) is { } newest
            ? ActivationCode(newest, now)
            : new EmailDecision.Drop("no registration is waiting for a code");
    }

    private async Task<EmailDecision> ComposeSignInCodeAsync(EmailJob job, CancellationToken cancellationToken)
    {
        var partition = await addresses.LoadAsync(job.AddressKey, cancellationToken);
        var now = time.GetUtcNow();
        if (FindCode(partition, CodeUse.SignIn, job) is not { } row)
        {
            return new EmailDecision.Wait();
        }

        var account = partition.Claim is { } claim ? await OwnerAsync(claim, cancellationToken) : null;
        var code = codes.Derive(CodePurpose.SignIn, partition.Key, row.Nonce);
        return !row.IsLive(now) ? new EmailDecision.Drop("its code is no longer good")
            : account?.AddressKey != partition.Key || account.StateAt(now) is not AccountState.Active
                ? new EmailDecision.Drop("no active account has the address")
            : ToOwner(account, job, language => texts.SignInCode(language, code, row.Expires - now), EmailPriority.Reset);
    }

    private static MailedCodeEntity? FindCode(AddressPartition partition, CodeUse use, EmailJob job) =>
        partition.Codes.FirstOrDefault(code => code.Use == use && code.Issued == job.Issued);

    private async Task<EmailDecision> ComposeNoticeAsync(EmailJob job, Notice notice, CancellationToken cancellationToken)
    {
        var recorded = await accounts.ListEventsAsync(job.Id, job.Issued, cancellationToken);
        if (recorded.FirstOrDefault(row => row.Kind == job.Kind) is not { } reason)
        {
            return new EmailDecision.Wait();
        }

        // Read the account after the event, so that the mail shows the change.
        var (account, now) = (await accounts.FindAsync(job.Id, cancellationToken), time.GetUtcNow());
        if (account is null || (reason.Mailbox ?? NoticeMailboxOf(account, notice, job.AddressKey, now)) is not { } mailbox)
        {
            return new EmailDecision.Drop(NoOwner);
        }

        var moment = notice.Time?.Invoke(account);
        if ((notice.Time is not null && moment is null) || (notice.CarriesTakeBackCode && account.RecoveryKey != job.AddressKey))
        {
            return new EmailDecision.Drop("it no longer applies");
        }

        var code = TakeBackCode(notice, account, job.AddressKey);
        var earlier = await accounts.ListEventsAsync(job.Id, job.Kind, job.Issued - Day, job.Issued, cancellationToken);
        if (earlier.Count >= MaxNotices)
        {
            if (!notice.IsLastTold || await IsRepeatedAsync(job, now, cancellationToken))
            {
                return new EmailDecision.Drop(LimitReached);
            }

            if (job.Issued + LateNotice - now is { Ticks: > 0 } early)
            {
                return new EmailDecision.Postpone(early, LimitReached);
            }
        }

        return new EmailDecision.Send(mailbox, texts.Notice(notice, account.Language, moment, code), EmailPriority.Security);
    }

    private async Task<bool> IsRepeatedAsync(EmailJob job, DateTimeOffset now, CancellationToken cancellationToken) =>
        await accounts.ListEventsAsync(job.Id, job.Kind, job.Issued, now + Lifetimes.ClockSkew, cancellationToken) is [_, ..];

    // An account that is gone, or that no longer needs the address, leaves it soon; the mail waits for that.
    private async Task<EmailDecision> ComposeTakenAsync(
        ClaimEntity claim, EmailJob job, Func<string?, EmailText> write, CancellationToken cancellationToken)
    {
        var account = await OwnerAsync(claim, cancellationToken);
        var now = time.GetUtcNow();
        return account is null || account.StateAt(now) is AccountState.Gone || account.MailboxAt(job.AddressKey, now) is null
            ? new EmailDecision.Postpone(Retention.Request, "the address is about to be free")
            : ToOwner(account, job, write);
    }

    private string? TakeBackCode(Notice notice, AccountEntity account, string addressKey) =>
        notice.CarriesTakeBackCode && account.RecoveryNonce is { } nonce
            ? Crockford.Group(codes.DeriveTakeBack(addressKey, nonce))
            : null;

    private async Task<EmailDecision> ComposeEmailChangeAsync(EmailJob job, CancellationToken cancellationToken)
    {
        var (account, change) = await accounts.FindWithEmailChangeAsync(job.Id, cancellationToken);
        if (account is null || change is null || change.Issued != job.Issued)
        {
            return new EmailDecision.Wait();
        }

        // Count the mail here, not when it is requested: only mails that reach the address use up its limit.
        var decision = await DecideEmailChangeAsync(account, change, job, cancellationToken);
        return decision is EmailDecision.Send
            && (await throttle.ChargeAsync(job.AddressKey, job.Issued, cancellationToken)).IsRefused
                ? new EmailDecision.Drop("the daily limit of the address is reached")
                : decision;
    }

    private async Task<EmailDecision> DecideEmailChangeAsync(
        AccountEntity account, EmailChangeEntity change, EmailJob job, CancellationToken cancellationToken)
    {
        // The account itself may have the address already: as its recovery address.
        var (now, claim) = (time.GetUtcNow(), (await addresses.LoadAsync(job.AddressKey, cancellationToken)).Claim);
        if (claim is not null && claim.AccountId != account.Id)
        {
            return await ComposeTakenAsync(claim, job, texts.AddressTaken, cancellationToken);
        }

        var code = codes.Derive(CodePurpose.EmailChange, change.AddressKey, change.Nonce);
        return change.IsLive(now)
            ? new EmailDecision.Send(
                change.Mailbox, texts.EmailChange(account.Language, code, change.Expires - now), EmailPriority.Activation)
            : new EmailDecision.Drop("its code is no longer good");
    }

    private async Task<EmailDecision> ComposeNewSignInAsync(EmailJob job, CancellationToken cancellationToken)
    {
        var claim = (await addresses.LoadAsync(job.AddressKey, cancellationToken)).Claim;
        return claim?.Notices.Contains(job.Issued) == true
                ? ToOwner(
                    await accounts.FindAsync(job.Id, cancellationToken),
                    job,
                    language => texts.NewSignIn(language, job.Issued),
                    EmailPriority.Security)
            : claim is null ? new EmailDecision.Drop("the address has no account")
            : new EmailDecision.Wait();
    }

    private EmailDecision.Send ActivationCode(PendingEntity pending, DateTimeOffset now)
    {
        var code = codes.Derive(CodePurpose.Activation, pending.PartitionKey, pending.Nonce);
        var text = texts.ActivationCode(pending.Language, code, pending.Expires - now);
        return new EmailDecision.Send(pending.Mailbox, text, EmailPriority.Activation);
    }

    /// <summary>
    /// The account of a claim. If the account no longer needs the address, releases it, because the job that does so may have been lost.
    /// </summary>
    private async Task<AccountEntity?> OwnerAsync(ClaimEntity claim, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var account = await accounts.FindAsync(claim.AccountId, cancellationToken);
        if (account?.MailboxAt(claim.PartitionKey, now) is null)
        {
            await housekeeping.EnqueueAsync(
                new AddressRelease(claim.AccountId, claim.PartitionKey, now + Retention.Request), cancellationToken);
        }

        return account;
    }

    private EmailDecision ToOwner(
        AccountEntity? account, EmailJob job, Func<string?, EmailText> write, EmailPriority priority = EmailPriority.Information) =>
        account is not null && MailboxOf(account, job.AddressKey, time.GetUtcNow()) is { } mailbox
            ? new EmailDecision.Send(mailbox, write(account.Language), priority)
            : new EmailDecision.Drop(NoOwner);

    // Until its purge, an account that is gone still learns what happened to it.
    private static string? NoticeMailboxOf(AccountEntity account, Notice notice, string addressKey, DateTimeOffset now) =>
        account.StateAt(now) is AccountState.Disabled && !notice.ReachesDisabled ? null : account.MailboxAt(addressKey, now);

    // The address may be the recovery address of the account.
    private static string? MailboxOf(AccountEntity account, string addressKey, DateTimeOffset now) =>
        account.StateAt(now).AllowsMail() ? account.MailboxAt(addressKey, now) : null;
}
