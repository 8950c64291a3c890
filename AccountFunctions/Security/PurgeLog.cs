using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text;
using AccountFunctions.Security.Codes;
using AccountFunctions.Storage.Jobs;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Security;

/// <summary>
/// Remembers which accounts were deleted, by an HMAC-SHA-256 of their ids. After a backup is restored, it shows which accounts must be
/// deleted again. Without the key, it does not reveal who had an account.
/// </summary>
public sealed class PurgeLog(DeletionStore store, IOptions<CodeOptions> options, TimeProvider time)
{
    private readonly byte[] key = DerivedKey.From(options.Value.Key, "purge-log");

    public Task AddAsync(string accountId, CancellationToken cancellationToken) =>
        store.AddPurgedAsync(Hash(accountId), time.GetUtcNow(), cancellationToken);

    /// <summary>Whether an account with this id was deleted.</summary>
    public Task<bool> HasAsync(string accountId, CancellationToken cancellationToken) =>
        store.IsPurgedAsync(Hash(accountId), cancellationToken);

    /// <summary>Forgets the deletion of an account that an operator brings back.</summary>
    public Task RemoveAsync(string accountId, CancellationToken cancellationToken) =>
        store.RemovePurgedAsync(Hash(accountId), cancellationToken);

    /// <summary>Returns the accounts that were already deleted.</summary>
    public async IAsyncEnumerable<string> FindPurgedAsync(
        IAsyncEnumerable<string> accountIds, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var purged = await store.ListPurgedAsync(cancellationToken).ToHashSetAsync(cancellationToken: cancellationToken);
        await foreach (var id in accountIds.WithCancellation(cancellationToken))
        {
            if (purged.Contains(Hash(id)))
            {
                yield return id;
            }
        }
    }

    private string Hash(string accountId) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.ASCII.GetBytes(accountId)));
}
