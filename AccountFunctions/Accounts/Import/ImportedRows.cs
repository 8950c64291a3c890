using AccountFunctions.Accounts.Admin;
using AccountFunctions.Accounts.Profile;
using AccountFunctions.Accounts.SignIn;
using AccountFunctions.Contract.Answers;
using AccountFunctions.Contract.Fields;
using AccountFunctions.Contract.Values;
using AccountFunctions.Email;
using AccountFunctions.Lifecycle.Names;
using AccountFunctions.Security;
using AccountFunctions.Security.Factors;
using AccountFunctions.Security.Identities;
using AccountFunctions.Security.Passwords;
using AccountFunctions.Storage.Accounts;
using AccountFunctions.Storage.Changes;

namespace AccountFunctions.Accounts.Import;

/// <summary>Reads records: what is invalid refuses the record, and a way in that cannot work here is left out with a note.</summary>
public sealed class ImportedRows(ImportIds ids, NewAccounts newAccounts, IdentityProviders providers, TotpSecrets secrets)
{
    internal static readonly Actor Importer = new(Client: "import", By: "operator");
    private const int MinSecretBytes = 10;
    private const int MaxSecretBytes = 64;

    /// <returns>The errors by field, if there are any.</returns>
    public Result<ImportPlan> Plan(AccountRecord record, DateTimeOffset now)
    {
        var errors = new FieldErrors();
        if (Read(errors, record, now) is not { } account)
        {
            return errors.ToProblem();
        }

        var notes = new List<string>();
        if (record.Verified == false)
        {
            // Whoever registered it may not be the owner of the address.
            notes.Add("the address is not verified, so the owner sets a password with a mailed code");
            return new ImportPlan(account, null, [], notes);
        }

        account.Credential = ReadHash(record.PasswordHash, notes);
        return new ImportPlan(
            account,
            ReadTotp(record.TotpSecret, account, now, notes),
            ReadIdentities(record.Identities ?? [], account.Id, now, notes),
            notes);
    }

    private AccountEntity? Read(FieldErrors errors, AccountRecord record, DateTimeOffset now)
    {
        static Member<string> Of(string? text) => text is { } given ? given : default(Member<string>);

        var address = errors.RequiredAddress("username", Of(record.Username));
        var (firstName, lastName) = (errors.Name("first_name", Of(record.FirstName)), errors.Name("last_name", Of(record.LastName)));
        var profile = errors.Profile(Of(record.CountryCode), Of(record.Hobbies), Of(record.Job), Of(record.Bio));
        var language = record.Language is null ? null : EmailLanguage.Find(record.Language);
        var role = errors.Role(Of(record.Role));
        if (record.Id is { } id && !AccountEntity.IsId(id))
        {
            errors.Add("id", FieldError.Invalid);
        }

        if (record.Created > now + Lifetimes.ClockSkew)
        {
            errors.Add("created", FieldError.Invalid);
        }

        if (address is null || errors.Any)
        {
            return null;
        }

        var account = newAccounts.Of(record.Id ?? ids.Of(address, record.Created), address, firstName, lastName, language, now);
        (account.CountryCode, account.Hobbies, account.Job, account.Bio) = profile;
        (account.Role, account.Disabled) = (role ?? account.Role, record.Disabled);
        account.ExpirationDate = record.ExpirationDate?.ToUniversalTime() ?? account.ExpirationDate;
        account.Created = record.Created?.ToUniversalTime() ?? now;
        return account;
    }

    private static Credential? ReadHash(string? stored, List<string> notes)
    {
        if (stored is null || PasswordHasher.CanVerify(stored))
        {
            return stored is null ? null : Credential.Read(stored);
        }

        notes.Add("the password hash is left out: the app does not know it, or it costs too much");
        return null;
    }

    private TotpEntity? ReadTotp(string? secret, AccountEntity account, DateTimeOffset now, List<string> notes)
    {
        if (secret is null)
        {
            return null;
        }

        if (TotpSecrets.Read(secret) is not { Length: >= MinSecretBytes and <= MaxSecretBytes } bytes)
        {
            notes.Add("the authenticator app is left out: its secret is no base32 of 10 to 64 bytes");
            return null;
        }

        account.SecondFactorSince = now;
        return new TotpEntity(account.Id)
        {
            Secret = secrets.Store(account.Id, bytes),
            IssuedBy = "import",
            Expires = now,
            TriesLeft = 0,
            RecoveryCodesMade = now,

            // Nobody knows its recovery codes; the owner can make new ones.
            RecoveryNonce = Ids.New(now),
        };
    }

    private List<IdentityEntity> ReadIdentities(
        IReadOnlyList<IdentityRecord> records, string accountId, DateTimeOffset now, List<string> notes)
    {
        var identities = new List<IdentityEntity>();
        foreach (var record in records)
        {
            if ((record.Issuer ?? providers.IssuerOf(record.Provider)) is not { Length: > 0 } issuer
                || record.Subject.Length is 0 or > IdTokens.MaxSubjectLength)
            {
                notes.Add($"the identity at {record.Provider} is left out: it has no issuer or no subject");
            }
            else if (identities.Exists(identity => identity.Provider == record.Provider))
            {
                notes.Add($"another identity at {record.Provider} is left out: an account has at most one");
            }
            else
            {
                var identity = new ExternalIdentity(record.Provider, issuer, record.Subject)
                {
                    Email = EmailAddress.TryParse(record.Email, out var address) ? address : null,
                };
                var planned = IdentityLinks.Plan(accountId, identity, Importer, now);
                planned.IsSilent = true;
                identities.Add(planned);
            }
        }

        return identities;
    }
}

/// <summary>The rows of an account to import.</summary>
/// <param name="Notes">What is left out, and why.</param>
public sealed record ImportPlan(AccountEntity Account, TotpEntity? Totp, IReadOnlyList<IdentityEntity> Identities, List<string> Notes)
{
    internal IEnumerable<TableRow> OtherRows => Totp is null ? Identities : [Totp, .. Identities];
}
