using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Contract.Values;
using AccountFunctions.Lifecycle.Names;
using AccountFunctions.Security;
using AccountFunctions.Security.Identities;
using AccountFunctions.Storage;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;
using Microsoft.Extensions.Logging;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>
/// Finds the account of an identity at another provider, or makes one for an address that the provider has verified. Never links an
/// identity to an account that exists: only its owner does that, signed in.
/// </summary>
public sealed partial class ExternalAccounts(
    AddressStore addresses,
    AccountStore accounts,
    IdentityLinks links,
    NameClaims names,
    NewAccounts newAccounts,
    Lifetimes lifetimes,
    ILogger<ExternalAccounts> logger)
{
    public async Task<Result<AccountEntity>> FindOrCreateAsync(
        ExternalIdentity identity, Visitor visitor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var name = IdentityEntity.NameOf(identity.Issuer, identity.Subject);
        var claim = (await addresses.LoadAsync(name, cancellationToken)).Claim;
        if (await visitor.Admission is { } notAdmitted)
        {
            return notAdmitted;
        }

        if (claim is not null)
        {
            if (await FindAsync(claim.AccountId, name, now, cancellationToken) is { } linked)
            {
                return linked;
            }

            // The account has given it up, and the job that releases it is still to come.
            await names.ReleaseAsync(name, claim.AccountId, cancellationToken);
        }

        if (identity is not { IsVerified: true, Email: { } address })
        {
            return Problem.EmailNotVerified;
        }

        var owner = await TakeAddressAsync(address, identity, visitor, now, cancellationToken);

        // The account at the address may be of another request with this identity, or of one that was interrupted.
        return await FindAsync(owner, name, now, cancellationToken) ?? Problem.AccountExists;
    }

    /// <summary>Null: the account is not linked to the identity, and is not about to be.</summary>
    private async Task<Result<AccountEntity>?> FindAsync(
        string accountId, string name, DateTimeOffset now, CancellationToken cancellationToken)
    {
        // Both reads run in parallel, so the second adds no time.
        var waysIn = accounts.ListWaysInAsync(accountId, cancellationToken);
        var account = await accounts.FindAsync(accountId, cancellationToken);
        var identity = (await waysIn).Identities.FirstOrDefault(identity => identity.Name == name);
        if (account is null || account.StateAt(now) is AccountState.Gone)
        {
            // Its names are about to be free.
            return Problem.Unavailable(Retention.Request);
        }

        if (identity is null)
        {
            return null;
        }

        return identity.IsPlanned ? await links.FinishAsync(accountId, identity.Provider, name, cancellationToken) : account;
    }

    /// <summary>Makes the account of an address that has none; all registrations there become void, with their passwords.</summary>
    /// <returns>The account of the address.</returns>
    private async Task<string> TakeAddressAsync(
        EmailAddress address, ExternalIdentity identity, Visitor visitor, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var account = newAccounts.Of(Ids.New(now), address, identity.FirstName, identity.LastName, visitor.Language, now);
        var taken = await addresses.ChangeAsync<ClaimEntity>(
            new AddressRequest(address.Key),
            partition =>
            {
                if (partition.Claim is { } owned)
                {
                    return owned;
                }

                partition.Create(
                    account, Act.Activated, visitor.Actor, now, IdentityLinks.Plan(account.Id, identity, visitor.Actor, now));
                partition.VoidCodes(now);
                var claim = new ClaimEntity(partition.Key, account.Id)
                {
                    Clients = [KnownClients.Fingerprint(visitor.Client)],
                    SweepDue = lifetimes.EndOfMail(now),
                };
                partition.TakeForNew(claim);
                partition.Enqueue(IdentityLinks.Follow(account.Id, identity.Provider, now));
                return claim;
            },
            cancellationToken);
        if (taken.Reply?.AccountId == account.Id)
        {
            LogActivated(account.Id, identity.Provider);
        }

        return taken.Reply?.AccountId ?? account.Id;
    }

    [LoggerMessage(LogLevel.Information, "Account {AccountId} activated by an identity at {Provider}.")]
    private partial void LogActivated(string accountId, string provider);
}
