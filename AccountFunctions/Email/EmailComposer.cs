using AccountFunctions.Security;
using AccountFunctions.Storage;

namespace AccountFunctions.Email;

/// <summary>Finds out which mail a job needs, and its recipient. Codes are derived here, again at each delivery.</summary>
public sealed class EmailComposer(
    AddressStore addresses,
    AccountStore accounts,
    VerificationCodes codes,
    EmailTexts texts,
    TimeProvider time)
{
    public async Task<EmailDecision> ComposeAsync(EmailJob job, CancellationToken cancellationToken) => job.Kind switch
    {
        EmailKind.Registration => await ComposeRegistrationAsync(job, cancellationToken),
        EmailKind.Code => await ComposeCodeAsync(job, cancellationToken),
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
                ? ToOwner(await accounts.FindUsableAsync(claim.AccountId, cancellationToken), texts.AlreadyRegistered)
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
            var account = await accounts.FindUsableAsync(claim.AccountId, cancellationToken);
            return account is { Credential: null }
                ? ToOwner(account, language => texts.SetPassword(language, code, row.Expires - now), EmailPriority.Reset)
                : ToOwner(account, language => texts.ResetCode(language, code, row.Expires - now), EmailPriority.Reset);
        }

        return partition.Pendings.LastOrDefault(pending => pending.IsLive(now)) is { } newest
            ? ActivationCode(newest, now)
            : new EmailDecision.Drop("nobody waits for a code");
    }

    private async Task<EmailDecision> ComposeNoticeAsync(EmailJob job, CancellationToken cancellationToken)
    {
        if (time.GetUtcNow() > job.Issued + Retention.Mails)
        {
            return new EmailDecision.Drop("it is too old to matter");
        }

        var account = await accounts.FindAsync(job.Id, cancellationToken);
        return job.Kind switch
        {
            EmailKind.NewSignIn => await ComposeNewSignInAsync(job, account, cancellationToken),
            _ when !await accounts.HasEventAsync(job.Id, job.Issued, cancellationToken) => new EmailDecision.Wait(),
            EmailKind.PasswordReset => ToOwner(account, texts.PasswordReset),
            _ => ToOwner(account, texts.PasswordChanged),
        };
    }

    private async Task<EmailDecision> ComposeNewSignInAsync(EmailJob job, AccountEntity? account, CancellationToken cancellationToken)
    {
        var claim = (await addresses.LoadAsync(job.AddressKey, cancellationToken)).Claim;
        return claim?.Notices.Contains(job.Issued) == true ? ToOwner(account, language => texts.NewSignIn(language, job.Issued))
            : claim is null ? new EmailDecision.Drop("the address has no account")
            : new EmailDecision.Wait();
    }

    private EmailDecision.Send ActivationCode(PendingEntity pending, DateTimeOffset now)
    {
        var code = codes.Derive(CodePurpose.Activation, pending.PartitionKey, pending.Nonce);
        var text = texts.ActivationCode(pending.Language, code, pending.Expires - now);
        return new EmailDecision.Send(pending.Mailbox, text, EmailPriority.Activation);
    }

    private static EmailDecision ToOwner(
        AccountEntity? account, Func<string?, EmailText> write, EmailPriority priority = EmailPriority.Notice) =>
        account is { IsUsable: true }
            ? new EmailDecision.Send(account.Mailbox, write(account.Language), priority)
            : new EmailDecision.Drop("the account is disabled or gone");
}
