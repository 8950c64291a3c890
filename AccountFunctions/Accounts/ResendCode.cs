using AccountFunctions.Documentation;
using AccountFunctions.Email;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts;

public sealed record ResendCodeRequest(
    [Field("The e-mail address. Outer white space is ignored.", Kind = FieldKind.Address, Required = true)] Member<string> Username = default);

/// <summary>
/// Sends a code to an address: for resetting the password where there is an account, the activation code again where one waits for it. Which it is,
/// the queue function finds out; here the same is written for every address.
/// </summary>
[Operation(
    "Mail a code",
    Description = "To an address with an account a code that resets its password, to one that waits to be confirmed its code again, to any other nothing. "
        + "The answer is the same for all.",
    Refusals = [nameof(Problem.InvalidUsername)])]
public sealed partial class ResendCode(
    AddressStore addresses,
    OptimisticRetry retry,
    EmailOutbox outbox,
    MailThrottle throttle,
    IOptions<AccountOptions> accountOptions,
    IOptions<CodeOptions> codeOptions,
    TimeProvider time,
    ILogger<ResendCode> logger)
{
    public async Task<Result<Success>> HandleAsync(ResendCodeRequest request, Visitor visitor, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        if (errors.RequiredAddress("username", request.Username) is not { } address)
        {
            return errors.ToProblem();
        }

        var now = time.GetUtcNow();
        var job = new EmailJob(EmailKind.Code, address.Key, Guid.CreateVersion7(now).ToString("N"), now);
        var enqueued = false;
        return await retry.RunAsync<Result<Success>>(
            address.Key,
            async () =>
            {
                var partition = await addresses.LoadAsync(address.Key, cancellationToken);
                if (await visitor.Admission is { } refused)
                {
                    return refused;
                }

                if (throttle.Count(partition.Guard, now) is { } wait)
                {
                    return Problem.Throttled(ThrottleKind.Mail, wait);
                }

                if (accountOptions.Value.DiscloseAddresses && partition is { Claim: null, Pendings.Count: 0 })
                {
                    return Problem.InvalidUsername;
                }

                // The job goes first: a row without its job would be a code that nobody mails.
                if (!enqueued)
                {
                    await outbox.EnqueueAsync(job, cancellationToken);
                    enqueued = true;
                }

                var batch = new PartitionBatch(address.Key);
                var code = partition.ResetCode ?? new ResetCodeEntity(address.Key);
                code.Nonce = VerificationCodes.NewNonce();
                code.TriesLeft = codeOptions.Value.Tries;
                code.Issued = now;
                code.Expires = now + codeOptions.Value.ResetLifetime;
                batch.Save(code);
                batch.Save(partition.Guard);
                if (partition.Pendings.LastOrDefault(row => now < row.Expires) is { TriesLeft: <= 0 } burnt)
                {
                    // Its code is dead, and resending it would leave the person with nothing. New tries cost a mail each, so guesses stay bounded.
                    burnt.Nonce = VerificationCodes.NewNonce();
                    burnt.TriesLeft = codeOptions.Value.Tries;
                    batch.Save(burnt);
                }

                if (!await addresses.TryCommitAsync(batch, cancellationToken))
                {
                    return null;
                }

                LogRequested(job.Id);
                return Success.Done;
            },
            cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Code {Id} requested.")]
    private partial void LogRequested(string id);
}
