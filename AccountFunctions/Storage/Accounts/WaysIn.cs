using AccountFunctions.Storage.Changes;

namespace AccountFunctions.Storage.Accounts;

/// <summary>What an account has to sign in with, besides its password. One query reads all of it.</summary>
/// <param name="Totp">Null if the owner has set up none. It may still wait for its confirmation.</param>
/// <param name="Passkeys">In no particular order.</param>
/// <param name="Identities">At most one of each provider, including planned ones.</param>
public sealed record WaysIn(
    TotpEntity? Totp, IReadOnlyList<PasskeyEntity> Passkeys, IReadOnlyList<IdentityEntity> Identities)
{
    public static WaysIn None { get; } = new(null, [], []);

    /// <summary>The identity at a provider; null if there is none, planned or not.</summary>
    public IdentityEntity? FindIdentity(string provider) => Identities.FirstOrDefault(identity => identity.Provider == provider);

    /// <summary>
    /// Whether the account could not sign in any more without this passkey or identity. A deletion also saves the account's row, so that
    /// of two at once the second sees what the first left.
    /// </summary>
    public bool IsLast(AccountEntity account, TableRow way) =>
        account.Credential is null
        && !Passkeys.Concat<TableRow>(Identities.Where(identity => !identity.IsPlanned)).Any(other => other.RowKey != way.RowKey);

    /// <summary>The keys of these rows sort from here…</summary>
    internal const string FirstKey = "factor-";

    /// <summary>…to before here.</summary>
    internal const string LastKey = "passkey.";
}
