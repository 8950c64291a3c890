using AccountFunctions.Contract.Values;
using AccountFunctions.Lifecycle.Names;
using AccountFunctions.Security;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Security.Passwords.Imported;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Accounts.Import;

/// <summary>
/// Makes the account of a user of another system. The app mails nothing. Registrations that wait for the address become void. A repeated
/// import of the same record changes nothing, so an interrupted import can start again.
/// </summary>
public sealed class ImportAccount(
    ImportedRows rows,
    AddressStore addresses,
    AccountStore accounts,
    IdentityLinks links,
    PurgeLog purges,
    Lifetimes lifetimes,
    TimeProvider time)
{
    /// <param name="record">Its hash is as <see cref="ImportedHash"/> or <see cref="Argon2Hash"/> writes it.</param>
    /// <param name="isDry">Changes nothing, and says what an import would do.</param>
    public async Task<ImportResult> HandleAsync(AccountRecord record, bool isDry, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        var planned = rows.Plan(record, now);
        if (planned.IsRefused)
        {
            return ImportResult.Refused(planned.Problem.Message.Split('\n'));
        }

        var (account, _, identities, notes) = planned.Reply;
        var finding = purges.HasAsync(account.Id, cancellationToken);
        var known = await accounts.FindAsync(account.Id, cancellationToken);
        if (known is not null && known.AddressKey != account.AddressKey)
        {
            return ImportResult.Refused("username: this user's account has another address by now");
        }

        if (await finding)
        {
            return ImportResult.Refused("username: the account was deleted");
        }

        var owner = isDry
            ? await addresses.FindOwnerAsync(account.AddressKey, cancellationToken)
            : await TakeAsync(planned.Reply, now, cancellationToken);
        if (owner is not null && owner != account.Id)
        {
            return ImportResult.Refused("username: another account has this address");
        }

        foreach (var identity in isDry ? [] : identities)
        {
            var linked = await links.FinishAsync(account.Id, identity.Provider, identity.Name, cancellationToken);

            // The owner of an account that was there may have unlinked it.
            if (linked.IsRefused && known is null)
            {
                notes.Add($"the identity at {identity.Provider} is left out: another account has it");
            }
        }

        return new ImportResult(IsImported: true, notes) { Hash = account.Credential };
    }

    /// <returns>The account of the address.</returns>
    private async Task<string> TakeAsync(ImportPlan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var account = plan.Account;
        var taken = await addresses.ChangeAsync<ClaimEntity>(
            new AddressRequest(account.AddressKey),
            partition =>
            {
                if (partition.Claim is { } owned)
                {
                    return owned;
                }

                var claim = partition.CreateOwner(
                    account, Act.Imported, ImportedRows.Importer, now, lifetimes.EndOfMail(now), [.. plan.OtherRows]);
                foreach (var identity in plan.Identities)
                {
                    partition.Enqueue(IdentityLinks.Follow(account.Id, identity.Provider, now));
                }

                return claim;
            },
            cancellationToken);
        return taken.Reply!.AccountId;
    }
}

/// <summary>What became of a record.</summary>
/// <param name="Notes">The reasons of a refusal, or what was left out.</param>
public sealed record ImportResult(bool IsImported, IReadOnlyList<string> Notes)
{
    /// <summary>Null: the account has no password.</summary>
    public Credential? Hash { get; init; }

    internal static ImportResult Refused(params IReadOnlyList<string> reasons) => new(IsImported: false, reasons);
}
