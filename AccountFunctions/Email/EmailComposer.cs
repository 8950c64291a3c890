using AccountFunctions.Security;
using AccountFunctions.Storage;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Email;

/// <summary>Finds out which mail a job needs, and its recipient. Codes are derived here, again at each delivery.</summary>
public sealed class EmailComposer(
    AddressStore addresses,
    AccountStore accounts,
    VerificationCodes codes,
    EmailTexts texts,
    IOptions<CodeOptions> options,
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
        var pending = partition.Pendings.FirstOrDefault(row => row.Id == job.Id);
        return partition.Claim?.AccountId == job.Id ? new EmailDecision.Drop("the account is active already")
            : pending is null ? new EmailDecision.Wait()
            : !pending.IsLive(time.GetUtcNow()) ? new EmailDecision.Drop("its code is no longer good")
            : partition.Claim is { } claim
                ? ToOwner(await accounts.FindUsableAsync(claim.AccountId, cancellationToken), texts.AlreadyRegistered)
            : ActivationCode(pending);
    }

    private async Task<EmailDecision> ComposeCodeAsync(EmailJob job, CancellationToken cancellationToken)
    {
        var partition = await addresses.LoadAsync(job.AddressKey, cancellationToken);
        var now = time.GetUtcNow();
        if (partition.ResetCode is not { } row || row.Issued < job.Issued)
        {
            // A code that was redeemed in the meantime has no row either. Then the job is dropped once it has waited.
            return new EmailDecision.Wait();
        }

        if (row.Issued > job.Issued || !row.IsLive(now))
        {
            return new EmailDecision.Drop("its code is superseded or no longer good");
        }

        if (partition.Claim is { } claim)
        {
            var code = codes.Derive(CodePurpose.Reset, partition.Key, row.Nonce);
            var account = await accounts.FindUsableAsync(claim.AccountId, cancellationToken);
            return ToOwner(account, language => texts.ResetCode(language, code, options.Value.ResetLifetime), EmailPriority.Reset);
        }

        return partition.Pendings.LastOrDefault(pending => pending.IsLive(now)) is { } newest
            ? ActivationCode(newest)
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
            _ when account?.PasswordChanged < job.Issued => new EmailDecision.Wait(),
            _ when account?.PasswordChanged > job.Issued => new EmailDecision.Drop("another change came before or after it"),
            EmailKind.PasswordReset => ToOwner(account, texts.PasswordReset),
            _ => ToOwner(account, texts.PasswordChanged),
        };
    }

    private async Task<EmailDecision> ComposeNewSignInAsync(EmailJob job, AccountEntity? account, CancellationToken cancellationToken)
    {
        var claim = (await addresses.LoadAsync(job.AddressKey, cancellationToken)).Claim;
        return claim?.Notices.Contains(job.Issued) == true ? ToOwner(account, language => texts.NewSignIn(language, job.Issued))
            : claim is null || claim.Notices.Any(notice => notice > job.Issued) ? new EmailDecision.Drop("another notice covers it")
            : new EmailDecision.Wait();
    }

    private EmailDecision.Send ActivationCode(PendingEntity pending)
    {
        var code = codes.Derive(CodePurpose.Activation, pending.PartitionKey, pending.Nonce);
        var text = texts.ActivationCode(pending.Language, code, options.Value.ActivationLifetime);
        return new EmailDecision.Send(pending.Mailbox, text, EmailPriority.Activation);
    }

    private static EmailDecision ToOwner(
        AccountEntity? account, Func<string?, EmailText> write, EmailPriority priority = EmailPriority.Notice) =>
        account is { IsUsable: true }
            ? new EmailDecision.Send(account.Mailbox, write(account.Language), priority)
            : new EmailDecision.Drop("the account is disabled or gone");
}
