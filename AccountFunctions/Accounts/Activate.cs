using AccountFunctions.Documentation;
using AccountFunctions.Housekeeping;
using AccountFunctions.Security;
using AccountFunctions.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts;

public sealed record ActivateRequest(
    [Field("The e-mail address. Outer white space is ignored.", Kind = FieldKind.Address, Required = true)] Member<string> Username = default,
    [Field("The newest mailed code. Outer white space is ignored.", Kind = FieldKind.Code, Required = true)] Member<string> Code = default);

/// <summary>
/// Redeems an activation code: the registration it was mailed for becomes the account of the address, all other registrations there are void.
/// Whatever a try comes to, it is heard only once its conditional write is done, and each such write costs a try: guesses sent at once are worth
/// no more than guesses sent one after another.
/// </summary>
[Operation(
    "Confirm an address",
    Description = "Redeems the code that the registration was mailed. The account then exists and may sign in.",
    Refusals = [nameof(Problem.InvalidCode)])]
public sealed partial class Activate(
    AddressStore addresses,
    AccountStore accounts,
    OptimisticRetry retry,
    VerificationCodes codes,
    Retention retention,
    IOptions<AccountOptions> options,
    TimeProvider time,
    ILogger<Activate> logger)
{
    // More than the mail cap lets wait at an address in a day, fewer than a batch takes.
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

        return await retry.RunAsync<Result<Success>>(
            address.Key,
            async () =>
            {
                var now = time.GetUtcNow();
                var partition = await addresses.LoadAsync(address.Key, cancellationToken);
                if (await visitor.Admission is { } refused)
                {
                    return refused;
                }

                var live = partition.Claim is null ? partition.Pendings.Where(pending => pending.IsLive(now)).TakeLast(MaxPendings).ToList() : [];
                var redeemed = live.FindLast(pending => codes.Matches(code, CodePurpose.Activation, partition.Key, pending.Nonce));
                return redeemed is null
                    ? await RefuseAsync(partition, live, cancellationToken)
                    : await ActivateAsync(partition, redeemed, visitor, now, cancellationToken);
            },
            cancellationToken);
    }

    private async Task<Result<Success>?> RefuseAsync(AddressPartition partition, List<PendingEntity> live, CancellationToken cancellationToken)
    {
        var batch = new PartitionBatch(partition.Key);
        foreach (var pending in live)
        {
            pending.TriesLeft--;
            batch.Save(pending);
        }

        if (live.Count == 0)
        {
            // Nothing to count down, but the same work: who times the answer learns nothing.
            batch.Delete(new PendingEntity(partition.Key, "none"));
        }

        if (!await addresses.TryCommitAsync(batch, cancellationToken) && live.Count > 0)
        {
            return null;
        }

        return Problem.InvalidCode;
    }

    private async Task<Result<Success>?> ActivateAsync(
        AddressPartition partition, PendingEntity redeemed, Visitor visitor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // The account has the registration's id, so a repeated try finds it there and goes on; until it is claimed, nobody can reach it.
        var account = new PartitionBatch(redeemed.Id);
        account.Insert(NewAccount(redeemed, now));
        account.Insert(new EventEntity(redeemed.Id, AccountEvent.Activated, now));
        await accounts.TryCommitAsync(account, cancellationToken);

        var claim = new PartitionBatch(partition.Key);
        claim.Insert(new ClaimEntity(partition.Key, redeemed.Id)
        {
            Salt = PasswordHasher.SaltOf(redeemed.PasswordHash),
            Clients = [SignInLedger.Fingerprint(visitor.Client)],

            // The sweep of the registration is the first to follow the account.
            SweepDue = retention.EndOfMail(redeemed.Issued),
        });
        foreach (var pending in partition.Pendings.Where(pending => pending.Id != redeemed.Id).TakeLast(MaxPendings).Append(redeemed))
        {
            claim.Delete(pending);
        }

        if (partition.ResetCode is { } resetCode)
        {
            claim.Delete(resetCode);
        }

        if (!await addresses.TryCommitAsync(claim, cancellationToken))
        {
            return null;
        }

        LogActivated(redeemed.Id);
        return Success.Done;
    }

    private AccountEntity NewAccount(PendingEntity pending, DateTimeOffset now) => new(pending.Id)
    {
        Username = pending.Username,
        Mailbox = pending.Mailbox,
        PasswordHash = pending.PasswordHash,
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

    [LoggerMessage(LogLevel.Information, "Account {AccountId} activated.")]
    private partial void LogActivated(string accountId);
}
