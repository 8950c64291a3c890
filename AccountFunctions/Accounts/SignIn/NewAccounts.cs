using AccountFunctions.Contract.Fields;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Names;
using Microsoft.Extensions.Options;

namespace AccountFunctions.Accounts.SignIn;

/// <summary>Makes accounts, of registrations and of users whom another provider vouches for.</summary>
public sealed class NewAccounts(IOptions<AccountOptions> options)
{
    /// <summary>
    /// The account has the registration's id, so a repeated call finds it. <paramref name="isContested"/> leaves it without a password.
    /// </summary>
    public AccountEntity From(PendingEntity pending, bool isContested, DateTimeOffset now)
    {
        var account = New(pending.Id, pending.Username, pending.Mailbox, now);
        account.Credential = isContested ? null : pending.Credential;
        account.PasswordChanged = pending.Issued;
        (account.FirstName, account.LastName) = (pending.FirstName, pending.LastName);
        (account.CountryCode, account.Language) = (pending.CountryCode, pending.Language);
        return account;
    }

    /// <summary>An account without a password.</summary>
    public AccountEntity Of(
        string id, EmailAddress address, string firstName, string lastName, string? language, DateTimeOffset now)
    {
        var account = New(id, address.Canonical, address.Mailbox, now);
        account.PasswordChanged = now;
        (account.FirstName, account.LastName, account.Language) = (firstName, lastName, language);
        return account;
    }

    private AccountEntity New(string id, string username, string mailbox, DateTimeOffset now) => new(id)
    {
        Username = username,
        Mailbox = mailbox,
        Role = options.Value.RoleOf(username, AccountEntity.ClientRole),
        Disabled = false,
        ExpirationDate = options.Value.Lifetime == TimeSpan.Zero ? AccountEntity.Never : now + options.Value.Lifetime,
        Version = 1,
        Created = now,
    };
}
