using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Lifecycle.Names;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts.Identities;

/// <summary>Unlinks an identity from the caller's account; another account, or a new one, may have it then.</summary>
[Operation(
    "Unlink an identity",
    Description = "The identity no longer signs in to this account. Sessions continue. The owner gets a mail. Refused if nothing else "
        + "would be left to sign in with. Repeating the call within ten minutes gets the same answer.",
    Refusals = [nameof(Problem.NotFound), nameof(Problem.LastWayIn)])]
public sealed partial class UnlinkIdentity(
    AccountStore accounts, RecentActs recent, NameClaims names, TimeProvider time, ILogger<UnlinkIdentity> logger)
{
    public async Task<Result<Success>> HandleAsync(string provider, Caller caller, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var unlinked = await accounts.ChangeAsync(
            caller.Request with { WithWaysIn = true }, partition => Unlink(partition, provider, caller.Actor, now), cancellationToken);
        if (!unlinked.IsRefused)
        {
            LogUnlinked(caller.Account.Id);

            // At once, so that the owner may link it elsewhere; the job does it if this request ends here.
            await names.ReleaseAsync(unlinked.Reply.Name, caller.Account.Id, cancellationToken);
            return Success.Done;
        }

        // A client whose answer was lost may repeat its call.
        return unlinked.Problem == Problem.NotFound
            && await recent.HaveAsync(
                caller.Account.Id, Act.IdentityRemoved, recorded => recorded.Detail == provider, now, cancellationToken)
                ? Success.Done
                : unlinked.Problem;
    }

    private static Result<IdentityEntity> Unlink(AccountPartition partition, string provider, Actor actor, DateTimeOffset now)
    {
        if (partition.WaysIn.FindIdentity(provider) is not { IsPlanned: false } identity)
        {
            return Problem.NotFound;
        }

        if (partition.WaysIn.IsLast(partition.Account, identity))
        {
            return Problem.LastWayIn;
        }

        partition.Delete(identity);

        // So that of two requests that remove the last two ways in, one loses.
        partition.Save(partition.Account);
        partition.Record(Act.IdentityRemoved, actor, now, provider);
        partition.Enqueue(new AddressRelease(partition.Key, identity.Name, now + Retention.Request));
        return identity;
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} has unlinked an identity.")]
    private partial void LogUnlinked(string accountId);
}
