using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts.SignUp;

/// <summary>Turns registrations into accounts.</summary>
public sealed class NewAccounts(IOptions<AccountOptions> options)
{
    /// <summary>
    /// The account has the registration's id, so a repeated call finds it. <paramref name="isContested"/> leaves it without a password.
    /// </summary>
    public AccountEntity From(PendingEntity pending, bool isContested, DateTimeOffset now) => new(pending.Id)
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
