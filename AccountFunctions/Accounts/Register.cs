using AccountFunctions.Documentation;
using AccountFunctions.Email;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts;

public sealed record RegisterRequest(
    [Field("The e-mail address. Outer white space is ignored.", Kind = FieldKind.Address, Required = true)] Member<string> Username = default,
    [Field("The password, exactly as it was typed.", Kind = FieldKind.NewPassword, Required = true)] Member<string> Password1 = default,
    [Field("The same again.", Kind = FieldKind.NewPassword, Required = true)] Member<string> Password2 = default,
    [Field("Given name.", MaxLength = ProfileLimits.Name, Example = "Ada")] Member<string> FirstName = default,
    [Field("Family name.", MaxLength = ProfileLimits.Name, Example = "Lovelace")] Member<string> LastName = default,
    [Field("Country, in whatever code the client uses.", Nullable = true, MaxLength = ProfileLimits.CountryCode, Example = "GB")]
    Member<string> CountryCode = default);

public sealed record RegisterReply(
    [Field("The e-mail address in its canonical form.", Example = "ada@example.com")] string Username,
    [Field("Given name.", MaxLength = ProfileLimits.Name, Example = "Ada")] string FirstName,
    [Field("Family name.", MaxLength = ProfileLimits.Name, Example = "Lovelace")] string LastName,
    [Field("Country.", MaxLength = ProfileLimits.CountryCode, Example = "GB")] string? CountryCode);

/// <summary>
/// Stores a registration that waits for its mailed code. It does not look whether the address is taken: the same rows and the same job are written
/// for every address, and the queue function finds out which mail is due.
/// </summary>
[Operation(
    "Register",
    Description = "Mails a code to the address. The answer is the same where the address has an account already; its owner gets word of it.",
    Refusals = [nameof(Problem.PasswordsDontMatch), nameof(Problem.UsernameTaken)],
    Status = 201)]
public sealed partial class Register(
    AddressStore addresses,
    OptimisticRetry retry,
    EmailOutbox outbox,
    PasswordHasher hasher,
    PasswordPolicy policy,
    MailThrottle throttle,
    IOptions<AccountOptions> accountOptions,
    IOptions<CodeOptions> codeOptions,
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
        if (password is not null && policy.Check(password, address?.Canonical ?? "", firstName, lastName, firstName + lastName, lastName + firstName) is { } fault)
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

        var now = time.GetUtcNow();
        var id = Guid.CreateVersion7(now).ToString("N");
        string? hash = null;
        return await retry.RunAsync<Result<RegisterReply>>(
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

                if (partition.Claim is not null && accountOptions.Value.DiscloseAddresses)
                {
                    return Problem.UsernameTaken;
                }

                if (hash is null)
                {
                    var salt = partition.Claim?.Salt ?? (partition.Pendings is [.., var last] ? PasswordHasher.SaltOf(last.PasswordHash) : null);
                    hash = await hasher.HashAsync(password, salt, cancellationToken);

                    // The job goes first: a row without its job would be a code that nobody mails.
                    await outbox.EnqueueAsync(new EmailJob(EmailKind.Registration, address.Key, id, now), cancellationToken);
                }

                var batch = new PartitionBatch(address.Key);
                batch.Insert(new PendingEntity(address.Key, id)
                {
                    Username = address.Canonical,
                    Mailbox = address.Mailbox,
                    PasswordHash = hash,
                    FirstName = firstName,
                    LastName = lastName,
                    CountryCode = countryCode,
                    Language = visitor.Language,
                    Nonce = VerificationCodes.NewNonce(),
                    TriesLeft = codeOptions.Value.Tries,
                    Issued = now,
                    Expires = now + codeOptions.Value.ActivationLifetime,
                });
                batch.Save(partition.Guard);
                if (!await addresses.TryCommitAsync(batch, cancellationToken))
                {
                    return null;
                }

                LogRegistered(id);
                return new RegisterReply(address.Canonical, firstName, lastName, countryCode);
            },
            cancellationToken);
    }

    [LoggerMessage(LogLevel.Information, "Registration {Id} waits for its code.")]
    private partial void LogRegistered(string id);
}
