using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Values;
using AccountFunctions.Security.Identities;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Lifecycle.Names;

/// <summary>
/// Links identities at other providers to accounts, see <see cref="NameClaims"/>. The row of the identity is the plan.
/// </summary>
public sealed partial class IdentityLinks(NameClaims names, ILogger<IdentityLinks> logger) : IJobHandler<IdentityLink>
{
    /// <summary>The job that finishes a link if the request that planned it does not.</summary>
    public static IdentityLink Follow(string accountId, string provider, DateTimeOffset planned) =>
        new(accountId, provider, planned + Retention.Request);

    /// <summary>The row with which a link begins.</summary>
    public static IdentityEntity Plan(string accountId, ExternalIdentity identity, Actor actor, DateTimeOffset now) =>
        new(accountId, identity.Provider)
        {
            Issuer = identity.Issuer,
            Subject = identity.Subject,
            Email = identity.Email?.Canonical,
            Created = now,
            SessionId = actor.SessionId,
            Client = actor.Client,
            PlanId = Ids.New(now),
        };

    /// <summary>Finishes the link that is planned at a provider, if there is one.</summary>
    /// <param name="name"><see cref="IdentityEntity.Name"/> of the identity.</param>
    /// <returns>The account; <c>identity_taken</c> if it does not have the identity then, or is gone.</returns>
    public Task<Result<AccountEntity>> FinishAsync(
        string accountId, string provider, string name, CancellationToken cancellationToken) =>
        names.FinishAsync(
            new AccountRequest(accountId) { WithWaysIn = true },
            partition => Find(partition, provider),
            partition => partition.WaysIn.FindIdentity(provider) is { IsPlanned: false } linked && linked.Name == name,
            Problem.IdentityTaken,
            cancellationToken);

    public Task HandleAsync(IdentityLink job, CancellationToken cancellationToken) =>
        FinishAsync(job.AccountId, job.Provider, name: "", cancellationToken);

    private NamePlan? Find(AccountPartition read, string provider) =>
        read.WaysIn.FindIdentity(provider) is { PlanId: { } id } planned && read.Account.PurgeBegan is null
            ? new NamePlan(planned.Name, id)
            {
                NeedsReachable = true,
                Prepare = (_, _) => { },
                IsDone = partition => partition.WaysIn.FindIdentity(provider)?.Name == planned.Name,
                TryApply = partition => TryApply(partition, provider),
                Cancel = partition => Cancel(partition, provider),
            }
            : null;

    private bool TryApply(AccountPartition partition, string provider)
    {
        if (partition.WaysIn.FindIdentity(provider) is not { } identity)
        {
            return false;
        }

        identity.PlanId = null;
        partition.Save(identity);
        partition.Record(
            identity.IsSilent ? Act.IdentityLinked.InSilence() : Act.IdentityLinked,
            new Actor(identity.SessionId, identity.Client),
            identity.Created,
            provider);
        LogLinked(partition.Key, provider);
        return true;
    }

    private static void Cancel(AccountPartition partition, string provider)
    {
        if (partition.WaysIn.FindIdentity(provider) is { } identity)
        {
            partition.Delete(identity);
        }
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} is being linked to an identity at {Provider}.")]
    private partial void LogLinked(string accountId, string provider);
}
