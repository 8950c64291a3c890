using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security.Codes;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts.SignIn;

public sealed record MailSignInCodeRequest(
    [Field("The email address. Leading and trailing white space is ignored.", Kind = FieldKind.Address, Required = true)]
    Member<string> Username = default,
    [Field("As in `login`. It gives this client codes of its own.", Nullable = true, Example = TokenReplies.DeviceExample)]
    Member<string> Device = default);

/// <summary>
/// Mails a code to sign in with. The operation does not check whether the address has an account. It writes the same rows and the same job
/// for every address, and the queue function decides.
/// </summary>
[Operation(
    "Mail a code to sign in",
    Description = "Mails a code to an address with an active account, for `code` of `login`. The answer is the same for every address. Off "
        + "unless the deployment switches it on.",
    Refusals = [nameof(Problem.NotFound)])]
public sealed partial class MailSignInCode(
    AddressStore addresses,
    CodeLanes lanes,
    VerificationCodes codes,
    IOptions<AccountOptions> options,
    TimeProvider time,
    ILogger<MailSignInCode> logger)
{
    public async Task<Result<Success>> HandleAsync(MailSignInCodeRequest request, Visitor visitor, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var address = errors.RequiredAddress("username", request.Username);
        var secret = Devices.Read(errors, request.Device);
        if (address is null || errors.Any)
        {
            return errors.ToProblem();
        }

        if (!options.Value.SignInByCode)
        {
            return Problem.NotFound;
        }

        var now = time.GetUtcNow();
        var job = new EmailJob(MailKind.SignInCode, address.Key, Ids.New(now), now);
        var issued = await addresses.ChangeAsync<Success>(
            new AddressRequest(address.Key) { Admission = visitor.Admission },
            async partition =>
            {
                var lane = await lanes.NewCodeAsync(partition, CodeUse.SignIn, secret, now, cancellationToken);
                if (lane.IsRefused)
                {
                    return lane.Problem;
                }

                codes.Issue(lane.Reply, CodePurpose.SignIn, now);
                partition.Enqueue(job);
                partition.Save(lane.Reply);
                partition.Save(partition.Guard);
                return Success.Done;
            },
            cancellationToken);
        if (!issued.IsRefused)
        {
            LogRequested(job.Id);
        }

        return issued;
    }

    [LoggerMessage(LogLevel.Information, "Sign-in code {Id} requested.")]
    private partial void LogRequested(string id);
}
