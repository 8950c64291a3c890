using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security.Codes;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts.Recovery;

public sealed record ResendCodeRequest(
    [Field("The email address. Leading and trailing white space is ignored.", Kind = FieldKind.Address, Required = true)]
    Member<string> Username = default,
    [Field("As in `login`. It gives this client codes of its own.", Nullable = true, Example = TokenReplies.DeviceExample)]
    Member<string> Device = default);

/// <summary>
/// Mails a code to an address: a reset code if the address has an account, the activation code again if a registration is waiting for it.
/// The queue function decides which one; this operation writes the same rows for every address.
/// </summary>
[Operation(
    "Mail a code",
    Description = "Mails a reset code to an address with an account, and the activation code again to an address that is waiting "
        + "to be confirmed. Any other address gets nothing. The answer is the same for every address. The requests of a client that sends "
        + "its `device` are counted separately.",
    Refusals = [nameof(Problem.InvalidUsername)])]
public sealed partial class ResendCode(
    AddressStore addresses,
    CodeLanes lanes,
    VerificationCodes codes,
    IOptions<AccountOptions> options,
    TimeProvider time,
    ILogger<ResendCode> logger)
{
    public async Task<Result<Success>> HandleAsync(ResendCodeRequest request, Visitor visitor, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var address = errors.RequiredAddress("username", request.Username);
        var secret = Devices.Read(errors, request.Device);
        if (address is null || errors.Any)
        {
            return errors.ToProblem();
        }

        var now = time.GetUtcNow();
        var job = new EmailJob(MailKind.Code, address.Key, Ids.New(now), now);
        var issued = await addresses.ChangeAsync<Success>(
            new AddressRequest(address.Key) { Admission = visitor.Admission },
            async partition =>
            {
                var lane = await lanes.NewCodeAsync(partition, CodeUse.Reset, secret, now, cancellationToken);
                if (lane.IsRefused)
                {
                    return lane.Problem;
                }

                if (options.Value.DiscloseAddresses && partition is { Claim: null, Pendings.Count: 0 })
                {
                    return Problem.InvalidUsername;
                }

                partition.Enqueue(job);
                Issue(partition, lane.Reply, now);
                return Success.Done;
            },
            cancellationToken);
        if (!issued.IsRefused)
        {
            LogRequested(job.Id);
        }

        return issued;
    }

    private void Issue(AddressPartition partition, MailedCodeEntity code, DateTimeOffset now)
    {
        codes.Issue(code, CodePurpose.Reset, now);
        partition.Save(code);
        partition.Save(partition.Guard);
        if (partition.Pendings.LastOrDefault(row => now < row.Expires) is { TriesLeft: <= 0 } burnt)
        {
            // The code has no tries left, so mailing it again would not help. New tries cost a mail, so guesses stay bounded.
            codes.Renew(burnt);
            partition.Save(burnt);
        }
    }

    [LoggerMessage(LogLevel.Information, "Code {Id} requested.")]
    private partial void LogRequested(string id);
}
