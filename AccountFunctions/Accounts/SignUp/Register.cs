using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security.Codes;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Security.Throttling;
using AccountFunctions.Storage.Jobs;
using AccountFunctions.Storage.Names;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts.SignUp;

public sealed record RegisterRequest(
    [Field("The email address. Leading and trailing white space is ignored.", Kind = FieldKind.Address, Required = true)]
    Member<string> Username = default,
    [Field("The password, exactly as it was typed.", Kind = FieldKind.NewPassword, Required = true)] Member<string> Password1 = default,
    [Field("The password again.", Kind = FieldKind.NewPassword, Required = true)] Member<string> Password2 = default,
    [Field("Given name.", MaxLength = ProfileLimits.Name, Example = "Ada")] Member<string> FirstName = default,
    [Field("Family name.", MaxLength = ProfileLimits.Name, Example = "Lovelace")] Member<string> LastName = default,
    [Field("Country, in any code that the client uses.", Nullable = true, MaxLength = ProfileLimits.CountryCode, Example = "GB")]
    Member<string> CountryCode = default);

public sealed record RegisterReply(
    [Field("The email address in its canonical form.", Example = "ada@example.com")] string Username,
    [Field("Given name.", MaxLength = ProfileLimits.Name, Example = "Ada")] string FirstName,
    [Field("Family name.", MaxLength = ProfileLimits.Name, Example = "Lovelace")] string LastName,
    [Field("Country.", MaxLength = ProfileLimits.CountryCode, Example = "GB")] string? CountryCode);

/// <summary>
/// Stores a registration until its mailed code is redeemed. The operation does not check whether the address is taken. It writes the same
/// rows and the same job for every address, and the queue function decides which mail to send.
/// </summary>
[Operation(
    "Register",
    Description = "Mails a code to the address. The answer is the same if the address already has an account; its owner gets a notice.",
    Refusals = [nameof(Problem.PasswordsDontMatch), nameof(Problem.UsernameTaken)])]
public sealed partial class Register(
    AddressStore addresses,
    Credentials credentials,
    MailThrottle throttle,
    VerificationCodes codes,
    IOptions<AccountOptions> options,
    TimeProvider time,
    ILogger<Register> logger)
{
    public async Task<Result<RegisterReply>> HandleAsync(RegisterRequest request, Visitor visitor, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var address = errors.RequiredAddress("username", request.Username);
        var password = errors.Required("password1", request.Password1);
        var repeated = errors.Required("password2", request.Password2);
        var firstName = errors.Name("first_name", request.FirstName);
        var lastName = errors.Name("last_name", request.LastName);
        var countryCode = errors.Optional("country_code", request.CountryCode, ProfileLimits.CountryCode, singleLine: true);
        string[] personal = [address?.Canonical ?? "", firstName, lastName, firstName + lastName, lastName + firstName];
        if (password is not null && credentials.Check(password, personal) is { } fault)
        {
            errors.Add("password1", fault);
        }

        if (address is null || password is null || errors.Any)
        {
            return errors.ToProblem();
        }

        if (password != repeated)
        {
            return Problem.PasswordsDontMatch;
        }

        if (visitor.EarlyRefusal is { } notAdmitted)
        {
            return notAdmitted;
        }

        using var place = credentials.NewPlace();
        place.Arrive();
        var now = time.GetUtcNow();
        var id = Ids.New(now);
        var reply = new RegisterReply(address.Canonical, firstName, lastName, countryCode);
        Credential? credential = null;
        var registered = await addresses.ChangeAsync<RegisterReply>(
            new AddressRequest(address.Key) { Admission = visitor.Admission },
            async partition =>
            {
                if (throttle.Count(partition.Guard, now) is { } throttled)
                {
                    return throttled;
                }

                if (partition.Claim is not null && options.Value.DiscloseAddresses)
                {
                    return Problem.UsernameTaken;
                }

                // Hash once, even if the commit loses several races.
                place.Take();
                credential ??= await credentials.HashAsync(password, partition.Salt, cancellationToken);
                partition.Enqueue(new EmailJob(MailKind.Registration, address.Key, id, now));

                var pending = NewPending(address, id, credential, reply, visitor.Language, now);
                pending.IsContested = partition.Pendings.Any(
                    other => now < other.Expires && (other.IsContested || other.Credential != credential));
                partition.Insert(pending);
                partition.Save(partition.Guard);
                return reply;
            },
            cancellationToken);
        if (!registered.IsRefused)
        {
            LogRegistered(id);
        }

        return registered;
    }

    private PendingEntity NewPending(
        EmailAddress address, string id, Credential credential, RegisterReply profile, string? language, DateTimeOffset now)
    {
        var pending = new PendingEntity(address.Key, id)
        {
            Username = address.Canonical,
            Mailbox = address.Mailbox,
            Credential = credential,
            FirstName = profile.FirstName,
            LastName = profile.LastName,
            CountryCode = profile.CountryCode,
            Language = language,
        };
        codes.Issue(pending, CodePurpose.Activation, now);
        return pending;
    }

    [LoggerMessage(LogLevel.Information, "Registration {Id} waits for its code.")]
    private partial void LogRegistered(string id);
}
