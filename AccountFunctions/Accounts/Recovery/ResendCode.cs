using AccountFunctions.Contract;
using AccountFunctions.Email;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts;

public sealed record ResendCodeRequest(
    [Field("The e-mail address. Outer white space is ignored.", Kind = FieldKind.Address, Required = true)]
    Member<string> Username = default);

/// <summary>
/// Sends a code to an address: one that resets the password if there is an account, the activation code again if a registration waits for
/// it. The queue function finds out which; this operation writes the same rows for every address.
/// </summary>
[Operation(
    "Mail a code",
    Description = "Mails a code that resets the password to an address with an account, and the activation code again to one that waits "
        + "to be confirmed. Any other address gets nothing. The answer is the same for all.",
    Refusals = [nameof(Problem.InvalidUsername)])]
public sealed partial class ResendCode(
    AddressStore addresses,
    MailRequests mails,
    VerificationCodes codes,
    IOptions<AccountOptions> options,
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
        var job = new EmailJob(EmailKind.Code, address.Key, Ids.New(now), now);
        var enqueued = false;
        return await addresses.ChangeAsync<Success>(
            address.Key,
            visitor.Admission,
            async partition =>
            {
                if (mails.Count(partition) is { } throttled)
                {
                    return throttled;
                }

                if (options.Value.DiscloseAddresses && partition is { Claim: null, Pendings.Count: 0 })
                {
                    return Problem.InvalidUsername;
                }

                // Once, however often the race for the partition is lost.
                if (!enqueued)
                {
                    await mails.EnqueueAsync(job, cancellationToken);
                    enqueued = true;
                    LogRequested(job.Id);
                }

                Issue(partition, now);
                return Success.Done;
            },
            cancellationToken);
    }

    private void Issue(AddressPartition partition, DateTimeOffset now)
    {
        var code = partition.NewResetCode();
        codes.Issue(code, CodePurpose.Reset, now);
        partition.Save(code);
        partition.Save(partition.Guard);
        if (partition.Pendings.LastOrDefault(row => now < row.Expires) is { TriesLeft: <= 0 } burnt)
        {
            // Its code is dead, and mailing it again would not help. New tries cost a mail each, so guesses stay bounded.
            codes.Renew(burnt);
            partition.Save(burnt);
        }
    }

    [LoggerMessage(LogLevel.Information, "Code {Id} requested.")]
    private partial void LogRequested(string id);
}
