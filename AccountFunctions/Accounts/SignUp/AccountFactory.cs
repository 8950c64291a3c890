using AccountFunctions.Storage;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts;

/// <summary>Turns a registration into an account. Until the address is claimed for it, nobody can reach the account.</summary>
public sealed class AccountFactory(AccountStore accounts, IOptions<AccountOptions> options)
{
    /// <summary>
    /// Creates the account with the registration's id, so a repeated call finds it there. <paramref name="isContested"/> leaves it without
    /// a password.
    /// </summary>
    public async Task CreateAsync(
        PendingEntity redeemed, bool isContested, string? client, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var account = NewAccount(redeemed, isContested, now);
        IEnumerable<TableRow> rows = [account, new EventEntity(redeemed.Id, EventKind.Activated, now, client: client)];
        if (await accounts.TryInsertAsync(redeemed.Id, rows, cancellationToken) || !isContested)
        {
            return;
        }

        // An earlier call created the account and was cut off. The registration was contested only afterwards.
        await accounts.ChangeAsync(
            redeemed.Id,
            null,
            partition =>
            {
                if (partition.Account is { Credential: not null } left)
                {
                    left.Credential = null;
                    partition.Save(left);
                }

                return true;
            },
            cancellationToken);
    }

    private AccountEntity NewAccount(PendingEntity pending, bool isContested, DateTimeOffset now) => new(pending.Id)
    {
        Username = pending.Username,
        Mailbox = pending.Mailbox,
        Credential = isContested ? null : pending.Credential,
        PasswordChanged = pending.Issued,
        FirstName = pending.FirstName,
        LastName = pending.LastName,
        CountryCode = pending.CountryCode,
        Language = pending.Language,
        Role = AccountEntity.ClientRole,
        Disabled = false,
        ExpirationDate = options.Value.Lifetime == TimeSpan.Zero ? AccountEntity.Never : now + options.Value.Lifetime,
        Version = 1,
        Created = now,
    };
}
