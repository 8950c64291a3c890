using System.Text.Json;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Email;

/// <summary>
/// Turns a job of the queue into a mail. Throws on what should be tried again, which the host does; completes what can never succeed and says why in the log.
/// The code is derived here, again at each delivery, so a job delivered twice mails the same one.
/// </summary>
public sealed partial class EmailSender(
    AddressStore addresses,
    AccountStore accounts,
    VerificationCodes codes,
    EmailTexts texts,
    IEmailTransport transport,
    EmailOutbox outbox,
    IOptions<CodeOptions> options,
    TimeProvider time,
    ILogger<EmailSender> logger)
{
    // 1 + 2 + 4 + 8 + 16 s: longer than a request may take to commit.
    private const int MaxWaits = 5;

    /// <exception cref="JsonException">The message is none of ours.</exception>
    public async Task SendAsync(BinaryData message, CancellationToken cancellationToken)
    {
        var job = JsonSerializer.Deserialize(message, AccountJson.Default.EmailJob);
        if (job is not { Version: EmailJob.CurrentVersion })
        {
            throw new JsonException("The job is of another version.");
        }

        switch (job.Kind)
        {
            case EmailKind.Registration:
                await SendRegistrationAsync(job, cancellationToken);
                break;
            case EmailKind.Code:
                await SendCodeAsync(job, cancellationToken);
                break;
            default:
                await SendNoticeAsync(job, cancellationToken);
                break;
        }
    }

    private async Task SendRegistrationAsync(EmailJob job, CancellationToken cancellationToken)
    {
        var partition = await addresses.LoadAsync(job.AddressKey, cancellationToken);
        if (partition.Claim?.AccountId == job.Id)
        {
            LogDropped(job.Id, "the account is active already");
        }
        else if (partition.Pendings.FirstOrDefault(row => row.Id == job.Id) is not { } pending)
        {
            await WaitForRowAsync(job, cancellationToken);
        }
        else if (!pending.IsLive(time.GetUtcNow()))
        {
            LogDropped(job.Id, "its code is no longer good");
        }
        else if (partition.Claim is { } claim)
        {
            await SendToOwnerAsync(job, await accounts.FindAsync(claim.AccountId, cancellationToken), texts.AlreadyRegistered(), cancellationToken);
        }
        else
        {
            await SendActivationCodeAsync(job, pending, cancellationToken);
        }
    }

    private async Task SendCodeAsync(EmailJob job, CancellationToken cancellationToken)
    {
        var partition = await addresses.LoadAsync(job.AddressKey, cancellationToken);
        var now = time.GetUtcNow();
        if (partition.ResetCode is not { } row || row.Issued < job.Issued)
        {
            await WaitForRowAsync(job, cancellationToken);
        }
        else if (row.Issued > job.Issued || !row.IsLive(now))
        {
            LogDropped(job.Id, "its code is superseded or no longer good");
        }
        else if (partition.Claim is { } claim)
        {
            var text = texts.ResetCode(codes.Derive(CodePurpose.Reset, partition.Key, row.Nonce), options.Value.ResetLifetime);
            await SendToOwnerAsync(job, await accounts.FindAsync(claim.AccountId, cancellationToken), text, cancellationToken);
        }
        else if (partition.Pendings.LastOrDefault(pending => pending.IsLive(now)) is { } pending)
        {
            await SendActivationCodeAsync(job, pending, cancellationToken);
        }
        else
        {
            LogDropped(job.Id, "nobody waits for a code");
        }
    }

    private async Task SendNoticeAsync(EmailJob job, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(job.Id, cancellationToken);
        if (account is not null && account.PasswordChanged < job.Issued)
        {
            await WaitForRowAsync(job, cancellationToken);
            return;
        }

        var text = job.Kind is EmailKind.PasswordReset ? texts.PasswordReset() : texts.PasswordChanged();
        await SendToOwnerAsync(job, account, text, cancellationToken);
    }

    // The job is enqueued before its row is committed: the row may still be on its way, or its request may have failed.
    private async Task WaitForRowAsync(EmailJob job, CancellationToken cancellationToken)
    {
        if (job.Waits == MaxWaits)
        {
            LogDropped(job.Id, "its row never came");
            return;
        }

        LogWaiting(job.Id);
        await outbox.EnqueueAsync(job with { Waits = job.Waits + 1 }, cancellationToken, TimeSpan.FromSeconds(1 << job.Waits));
    }

    private Task SendActivationCodeAsync(EmailJob job, PendingEntity pending, CancellationToken cancellationToken)
    {
        var code = codes.Derive(CodePurpose.Activation, pending.PartitionKey, pending.Nonce);
        return SendAsync(job, pending.Mailbox, texts.ActivationCode(code, options.Value.ActivationLifetime), cancellationToken);
    }

    private async Task SendToOwnerAsync(EmailJob job, AccountEntity? account, EmailText text, CancellationToken cancellationToken)
    {
        if (account is { Disabled: false })
        {
            await SendAsync(job, account.Mailbox, text, cancellationToken);
        }
        else
        {
            LogDropped(job.Id, "the account is disabled or gone");
        }
    }

    private async Task SendAsync(EmailJob job, string to, EmailText text, CancellationToken cancellationToken)
    {
        await transport.SendAsync(new Mail(to, text.Subject, text.PlainText, text.Html, job.OperationId), cancellationToken);
        LogSent(job.Kind, job.Id, job.OperationId);
    }

    [LoggerMessage(LogLevel.Information, "Mail {Kind} for {Id} handed over, operation {OperationId}.")]
    private partial void LogSent(EmailKind kind, string id, Guid operationId);

    [LoggerMessage(LogLevel.Information, "Mail job {Id} waits for its row.")]
    private partial void LogWaiting(string id);

    [LoggerMessage(LogLevel.Information, "Mail job {Id} dropped: {Reason}.")]
    private partial void LogDropped(string id, string reason);
}
