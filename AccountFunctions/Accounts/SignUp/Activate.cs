using AccountFunctions.Contract;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts;

public sealed record ActivateRequest(
    [Field("The e-mail address. Outer white space is ignored.", Kind = FieldKind.Address, Required = true)]
    Member<string> Username = default,
    [Field("The newest mailed code. Outer white space is ignored.", Kind = FieldKind.Code, Required = true)] Member<string> Code = default);

/// <summary>
/// Redeems an activation code: the registration that it was mailed for becomes the account of the address, and all other registrations
/// there are void. Every attempt is written conditionally before it is answered, so parallel guesses use up tries like sequential ones.
/// </summary>
[Operation(
    "Confirm an address",
    Description = "Redeems the code that the registration was mailed. The account then exists and may sign in.",
    Refusals = [nameof(Problem.InvalidCode)])]
public sealed partial class Activate(
    AddressStore addresses,
    AccountStore accounts,
    VerificationCodes codes,
    Lifetimes lifetimes,
    IOptions<AccountOptions> options,
    TimeProvider time,
    ILogger<Activate> logger)
{
    // More than the mail cap lets wait at an address in a day, fewer than a transaction takes.
    private const int MaxPendings = 90;

    public async Task<Result<Success>> HandleAsync(ActivateRequest request, Visitor visitor, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var address = errors.RequiredAddress("username", request.Username);
        var code = errors.Required("code", request.Code)?.Trim();
        if (address is null || code is null || errors.Any)
        {
            return errors.ToProblem();
        }

        var result = await addresses.ChangeAsync<Redeemed>(
            address.Key,
            visitor.Admission,
            async partition =>
            {
                var now = time.GetUtcNow();
                var live = partition.Claim is null
                    ? partition.Pendings.Where(pending => pending.IsLive(now)).TakeLast(MaxPendings).ToList()
                    : [];
                if (live.FindLast(pending => codes.Matches(code, CodePurpose.Activation, partition.Key, pending.Nonce)) is not { } redeemed)
                {
                    CountTry(partition, live);
                    return Problem.InvalidCode;
                }

                // The account has the registration's id, so a repeated try finds it there and goes on. Until it is claimed, nobody can
                // reach it.
                IEnumerable<TableRow> rows = [NewAccount(redeemed, now), new EventEntity(redeemed.Id, EventKind.Activated, now)];
                await accounts.TryInsertAsync(redeemed.Id, rows, cancellationToken);
                Claim(partition, redeemed, visitor);
                return new Redeemed(redeemed.Id);
            },
            cancellationToken);
        if (result.IsRefused)
        {
            return result.Problem;
        }

        LogActivated(result.Reply.AccountId);
        return Success.Done;
    }

    private static void CountTry(AddressPartition partition, List<PendingEntity> live)
    {
        foreach (var pending in live)
        {
            pending.TriesLeft--;
            partition.Save(pending);
        }

        if (live.Count == 0)
        {
            partition.PretendChange();
        }
    }

    private void Claim(AddressPartition partition, PendingEntity redeemed, Visitor visitor)
    {
        partition.Insert(new ClaimEntity(partition.Key, redeemed.Id)
        {
            Salt = redeemed.Credential.Salt,
            Clients = [KnownClients.Fingerprint(visitor.Client)],

            // The sweep of the registration is the first to follow the account.
            SweepDue = lifetimes.EndOfMail(redeemed.Issued),
        });
        foreach (var pending in partition.Pendings.Where(pending => pending.Id != redeemed.Id).TakeLast(MaxPendings).Append(redeemed))
        {
            partition.Delete(pending);
        }

        if (partition.ResetCode is { } resetCode)
        {
            partition.Delete(resetCode);
        }
    }

    private AccountEntity NewAccount(PendingEntity pending, DateTimeOffset now) => new(pending.Id)
    {
        Username = pending.Username,
        Mailbox = pending.Mailbox,
        Credential = pending.Credential,
        PasswordChanged = pending.Issued,
        FirstName = pending.FirstName,
        LastName = pending.LastName,
        CountryCode = pending.CountryCode,
        Language = pending.Language,
        Role = AccountEntity.ClientRole,
        Disabled = false,
        ExpirationDate = now + options.Value.Lifetime,
        Version = 1,
        Created = now,
    };

    private sealed record Redeemed(string AccountId);

    [LoggerMessage(LogLevel.Information, "Account {AccountId} activated.")]
    private partial void LogActivated(string accountId);
}
