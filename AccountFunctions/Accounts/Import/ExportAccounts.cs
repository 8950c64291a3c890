using AccountFunctions.Security.Factors;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Accounts.Import;

/// <summary>Writes accounts as the import reads them, with their hashes and the secrets of their authenticator apps.</summary>
public sealed class ExportAccounts(AccountStore accounts, TotpSecrets secrets, TimeProvider time)
{
    /// <summary>Null: the account is gone, or is about to be.</summary>
    public async Task<AccountRecord?> FindAsync(string accountId, CancellationToken cancellationToken)
    {
        // Both reads run in parallel, so the second adds no time.
        var listing = accounts.ListWaysInAsync(accountId, cancellationToken);
        var account = await accounts.FindAsync(accountId, cancellationToken);
        var waysIn = await listing;
        return account is null || account.StateAt(time.GetUtcNow()) is AccountState.Gone ? null : new AccountRecord
        {
            Username = account.Mailbox,
            Id = account.Id,
            PasswordHash = account.Credential is { } credential ? Argon2Hash.Export(credential.Stored) : null,
            FirstName = account.FirstName,
            LastName = account.LastName,
            CountryCode = account.CountryCode,
            Hobbies = account.Hobbies,
            Job = account.Job,
            Bio = account.Bio,
            Language = account.Language,
            Role = account.Role,
            Disabled = account.Disabled,
            ExpirationDate = account.ExpirationDate,
            Created = account.Created,
            TotpSecret = account.SecondFactorSince is not null && waysIn.Totp is { } totp ? secrets.Show(account.Id, totp.Secret) : null,
            Identities =
            [
                .. waysIn.Identities.Where(identity => !identity.IsPlanned)
                    .Select(identity => new IdentityRecord(identity.Provider, identity.Subject, identity.Issuer, identity.Email)),
            ],
        };
    }
}
