using System.ComponentModel.DataAnnotations;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Description;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Directory;
using AccountFunctions.Storage.Names;

namespace AccountFunctions.Accounts.Admin;

/// <summary>Which accounts the URL's query asks for.</summary>
public sealed record AccountsQuery(
    [Field("The account with this address only.", Example = "ada@example.com")] string? Username,
    [Field("Only accounts that registered before this time (RFC 3339).", Example = "2026-11-23T12:00:00Z")] string? CreatedBefore,
    [Field("How many accounts to return at most; 20 if omitted."), Range(1, Paging.MaxSize)] int? PageSize,
    [Field("`next` of the previous answer. If omitted, the answer begins with the newest accounts.")] string? PageToken);

public sealed record AccountsReply(
    [Field("Those that registered last come first.")] IReadOnlyList<AdministeredAccountReply> Accounts,
    [Field("The `page_token` of the next page; null if this is the last one.", Example = "0193a5f0c1a87d2e9b3c4d5e6f708192")] string? Next);

/// <summary>Lists accounts for administrators, in the order of their registrations, or finds the one with an address.</summary>
[Operation(
    "List accounts",
    Description = "The newest first, by registration; or the one with an address. A page may hold fewer accounts than asked for, even "
        + "none, while `next` leads on.",
    Query = typeof(AccountsQuery))]
public sealed class ListAccounts(AccountDirectory directory, AccountStore accounts, AddressStore addresses, TimeProvider time)
{
    public async Task<Result<AccountsReply>> HandleAsync(
        AccountsQuery query, Administrator administrator, CancellationToken cancellationToken)
    {
        var errors = new FieldErrors();
        var size = errors.PageSize(query.PageSize);
        if (query.PageToken is { } token && !AccountEntity.IsId(token))
        {
            errors.Add("page_token", FieldError.Invalid);
        }

        var before = query.CreatedBefore is { } text ? errors.RequiredTime("created_before", text) : null;
        var address = query.Username is { } username ? errors.RequiredAddress("username", username) : null;
        if (errors.Any)
        {
            return errors.ToProblem();
        }

        return address is null
            ? await ListAsync(query.PageToken, before, size, cancellationToken)
            : new AccountsReply([.. Shown([await FindAsync(address, cancellationToken)])], null);
    }

    private async Task<AccountsReply> ListAsync(string? after, DateTimeOffset? before, int size, CancellationToken cancellationToken)
    {
        // One account beyond the page shows whether there is a next page.
        var ids = await directory.ListAsync(after, before, size + 1, cancellationToken).Take(size + 1).ToListAsync(cancellationToken);
        var found = await Task.WhenAll(ids.Take(size).Select(id => FindAsync(id, cancellationToken)));
        return new AccountsReply([.. Shown(found)], ids.Count > size ? ids[size - 1] : null);
    }

    /// <summary>Null if there is no such account, or if nothing leads to it: it is left over from an interrupted activation.</summary>
    private async Task<AccountEntity?> FindAsync(string id, CancellationToken cancellationToken) =>
        await accounts.FindAsync(id, cancellationToken) is { } account
        && await addresses.FindOwnerAsync(account.AddressKey, cancellationToken) == id
            ? account
            : null;

    /// <summary>Null if no account has the address, or if it is only the recovery address of one.</summary>
    private async Task<AccountEntity?> FindAsync(EmailAddress address, CancellationToken cancellationToken) =>
        await addresses.FindOwnerAsync(address.Key, cancellationToken) is { } id
        && await accounts.FindAsync(id, cancellationToken) is { } account
        && account.AddressKey == address.Key
            ? account
            : null;

    private IEnumerable<AdministeredAccountReply> Shown(IEnumerable<AccountEntity?> found) => found.OfType<AccountEntity>()
        .Where(account => account.StateAt(time.GetUtcNow()) is not AccountState.Gone)
        .Select(AdministeredAccountReply.From);
}
