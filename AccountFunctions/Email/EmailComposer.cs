using AccountFunctions.Security;
using AccountFunctions.Storage;

namespace AccountFunctions.Email;

/// <summary>Finds out which mail a job needs, and its recipient. Codes are derived here, again at each delivery.</summary>
public sealed class EmailComposer(
    AddressStore addresses,
    AccountStore accounts,
    VerificationCodes codes,
    EmailTexts texts,
    HousekeepingQueue housekeeping,
    TimeProvider time)
{
    public async Task<EmailDecision> ComposeAsync(EmailJob job, CancellationToken cancellationToken) => job.Kind switch
    {
        EmailKind.Registration => await ComposeRegistrationAsync(job, cancellationToken),
        EmailKind.Code => await ComposeCodeAsync(job, cancellationToken),
        EmailKind.EmailChange => await ComposeEmailChangeAsync(job, cancellationToken),
        _ when time.GetUtcNow() > job.Issued + Retention.Mails => new EmailDecision.Drop("it is too old to matter"),
        EmailKind.NewSignIn => await ComposeNewSignInAsync(job, cancellationToken),
        _ => await ComposeNoticeAsync(job, cancellationToken),
    };

    private async Task<EmailDecision> ComposeRegistrationAsync(EmailJob job, CancellationToken cancellationToken)
    {
        var partition = await addresses.LoadAsync(job.AddressKey, cancellationToken);
        var now = time.GetUtcNow();
        var pending = partition.Pendings.FirstOrDefault(row => row.Id == job.Id);
        return partition.Claim?.AccountId == job.Id ? new EmailDecision.Drop("the account is active already")
            : pending is null ? new EmailDecision.Wait()
            : !pending.IsLive(now) ? new EmailDecision.Drop("its code is no longer good")
            : partition.Claim is { } claim
                ? ToOwner(await OwnerAsync(claim, cancellationToken), job, texts.AlreadyRegistered)
            : ActivationCode(pending, now);
    }

    private async Task<EmailDecision> ComposeCodeAsync(EmailJob job, CancellationToken cancellationToken)
    {
        var partition = await addresses.LoadAsync(job.AddressKey, cancellationToken);
        var now = time.GetUtcNow();
        if (partition.ResetCode is not { } row || row.Issued != job.Issued)
        {
            // The job's own row is still to come, or another one has replaced it. Instances' clocks differ, so only waiting tells which.
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
            : new EmailDecision.Drop("nobody waits for a code");
    }

    private async Task<EmailDecision> ComposeNoticeAsync(EmailJob job, CancellationToken cancellationToken)
    {
        var events = await accounts.ListEventsAsync(job.Id, job.Issued, cancellationToken);
        if (events.FirstOrDefault(recorded => IsReason(recorded, job.Kind)) is not { } reason)
        {
            return new EmailDecision.Wait();
        }

        // The account after the event, so that it shows the change.
        var account = await accounts.FindAsync(job.Id, cancellationToken);
        return job.Kind switch
        {
            EmailKind.PasswordReset => ToOwner(account, job, texts.PasswordReset),
            EmailKind.PasswordChanged => ToOwner(account, job, texts.PasswordChanged),
            EmailKind.Restored => ToOwner(account, job, texts.Restored),
            EmailKind.DeletionRequested when account?.DeletesAt is { } deletesAt =>
                ToOwner(account, job, language => texts.DeletionRequested(language, deletesAt)),
            EmailKind.EmailChanged when account is not null =>
                new EmailDecision.Send(
                    reason.Mailbox!,
                    account.RecoveryKey == job.AddressKey
                        ? texts.EmailChanged(account.Language, account.RecoveryUntil)
                        : texts.EmailMoved(account.Language),
                    EmailPriority.Notice),
            EmailKind.EmailChanged or EmailKind.DeletionRequested => new EmailDecision.Drop("it is true no more"),
            _ => throw new InvalidOperationException($"No mail for {job.Kind}."),
        };
    }

    // Others may have been recorded at the same moment.
    private static bool IsReason(EventEntity recorded, EmailKind mail) => mail switch
    {
        EmailKind.PasswordReset => recorded.Kind == EventKind.PasswordReset,
        EmailKind.PasswordChanged => recorded.Kind == EventKind.PasswordChanged,
        EmailKind.Restored => recorded.Kind == EventKind.Restored,
        EmailKind.DeletionRequested => recorded.Kind == EventKind.DeletionRequested,
        EmailKind.EmailChanged => recorded.Mailbox is not null,
        _ => false,
    };

    private async Task<EmailDecision> ComposeEmailChangeAsync(EmailJob job, CancellationToken cancellationToken)
    {
        var read = await accounts.LoadAsync(job.Id, cancellationToken);
        if (read.Account is not { } account || read.EmailChange is not { } change || change.Issued != job.Issued)
        {
            return new EmailDecision.Wait();
        }

        // The account itself may have the address already: as its recovery address.
        var (now, claim) = (time.GetUtcNow(), (await addresses.LoadAsync(job.AddressKey, cancellationToken)).Claim);
        if (claim is not null && claim.AccountId != account.Id)
        {
            return ToOwner(await OwnerAsync(claim, cancellationToken), job, texts.AddressTaken);
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
                ? ToOwner(await accounts.FindAsync(job.Id, cancellationToken), job, language => texts.NewSignIn(language, job.Issued))
            : claim is null ? new EmailDecision.Drop("the address has no account")
            : new EmailDecision.Wait();
    }

    private EmailDecision.Send ActivationCode(PendingEntity pending, DateTimeOffset now)
    {
        var code = codes.Derive(CodePurpose.Activation, pending.PartitionKey, pending.Nonce);
        var text = texts.ActivationCode(pending.Language, code, pending.Expires - now);
        return new EmailDecision.Send(pending.Mailbox, text, EmailPriority.Activation);
    }

    /// <summary>The account of a claim. One that does not need the address any more gives it up: its job may have been lost.</summary>
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

    // The address of the job may be the recovery address of the account.
    private EmailDecision ToOwner(
        AccountEntity? account, EmailJob job, Func<string?, EmailText> write, EmailPriority priority = EmailPriority.Notice)
    {
        var now = time.GetUtcNow();
        return account?.StateAt(now).AllowsMail() == true && account.MailboxAt(job.AddressKey, now) is { } mailbox
            ? new EmailDecision.Send(mailbox, write(account.Language), priority)
            : new EmailDecision.Drop("the account is disabled or gone");
    }
}
