using System.Text.Json;
using System.Text.Json.Serialization;
using AccountFunctions.Security;
using AccountFunctions.Security.Tokens;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Jobs;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Lifecycle;

/// <summary>
/// Tells other services what happened to accounts, as CloudEvents 1.0 with ids only. The job of an event is sent before its change, and
/// publishes it once the history has it: at least once, and never for a change that was not made.
/// </summary>
public sealed class EventFeed(
    AccountStore accounts,
    PurgeLog purges,
    EventQueue queue,
    HousekeepingQueue jobs,
    IOptions<TokenOptions> options,
    TimeProvider time) : IJobHandler<AccountNews>
{
    // The last event of an account, which no history has.
    private const string DeletedKind = "deleted";
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5);

    /// <summary>The job for the deletion of an account, from which nothing can keep it any more.</summary>
    public static AccountNews Deleted(string accountId, DateTimeOffset began) => AccountNews.Of(accountId, DeletedKind, began);

    public async Task HandleAsync(AccountNews job, CancellationToken cancellationToken)
    {
        var isPublished = job.Word == DeletedKind
            ? await TryPublishDeletedAsync(job, cancellationToken)
            : await TryPublishAsync(job, cancellationToken);
        var now = time.GetUtcNow();
        if (!isPublished && now < job.Time + Retention.Request)
        {
            // The request may still be at work.
            await jobs.EnqueueAsync(job with { Due = now + Retry }, cancellationToken);
        }
    }

    /// <summary>Publishes what the history has recorded, unless other services do not hear of such acts.</summary>
    /// <returns>Whether they do.</returns>
    public async Task<bool> PublishAsync(string accountId, EventEntity recorded, CancellationToken cancellationToken)
    {
        if (Act.Find(recorded.Kind)?.Feed is not { } type)
        {
            return false;
        }

        await PublishAsync(
            type, accountId, recorded.RowKey, recorded.Time, new(accountId, recorded.SessionId, recorded.By), cancellationToken);
        return true;
    }

    private async Task<bool> TryPublishAsync(AccountNews job, CancellationToken cancellationToken)
    {
        var isPublished = false;
        foreach (var recorded in await accounts.ListEventsAsync(job.AccountId, job.Time, cancellationToken))
        {
            isPublished |= recorded.Kind == job.Word && await PublishAsync(job.AccountId, recorded, cancellationToken);
        }

        return isPublished;
    }

    private async Task<bool> TryPublishDeletedAsync(AccountNews job, CancellationToken cancellationToken)
    {
        var account = await accounts.FindAsync(job.AccountId, cancellationToken);
        var isDeleted = account is null ? await purges.HasAsync(job.AccountId, cancellationToken) : account.PurgeBegan is not null;
        if (isDeleted)
        {
            await PublishAsync("account.deleted", job.AccountId, DeletedKind, job.Time, new(job.AccountId), cancellationToken);
        }

        return isDeleted;
    }

    private Task PublishAsync(
        string type, string accountId, string key, DateTimeOffset when, AccountEventData data, CancellationToken cancellationToken) =>
        queue.PublishAsync(
            BinaryData.FromBytes(JsonSerializer.SerializeToUtf8Bytes(
                new AccountEvent(
                    "1.0",
                    $"{accountId}-{key}",
                    options.Value.Issuer,
                    type,
                    accountId,
                    when,
                    "application/json",
                    $"{when.UtcTicks:D19}",
                    data),
                AccountEventJson.Default.AccountEvent)),
            cancellationToken);
}

/// <summary>A CloudEvent (CloudEvents 1.0.2, JSON format; extension <c>sequence</c>).</summary>
/// <param name="Id">The same if the event is published again.</param>
/// <param name="Source"><c>Tokens__Issuer</c>.</param>
/// <param name="Subject">The account's id.</param>
/// <param name="Sequence">Events of one account sort by it, as text.</param>
internal sealed record AccountEvent(
    [property: JsonPropertyName("specversion")] string SpecVersion,
    string Id,
    string Source,
    string Type,
    string Subject,
    DateTimeOffset Time,
    [property: JsonPropertyName("datacontenttype")] string DataContentType,
    string Sequence,
    AccountEventData Data);

/// <summary>Ids only.</summary>
/// <param name="SessionId">Null: no session did it.</param>
/// <param name="By">The administrator who did it; null: the owner, or the app.</param>
internal sealed record AccountEventData(string AccountId, string? SessionId = null, string? By = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(AccountEvent))]
internal sealed partial class AccountEventJson : JsonSerializerContext;
