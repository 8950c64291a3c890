namespace AccountFunctions.Storage.Accounts;

/// <summary>What an account has to sign in with, besides its password. One query reads all of it.</summary>
/// <param name="Totp">Null if the owner has set up none. It may still wait for its confirmation.</param>
/// <param name="Passkeys">In no particular order.</param>
public sealed record WaysIn(TotpEntity? Totp, IReadOnlyList<PasskeyEntity> Passkeys)
{
    /// <summary>The keys of these rows sort from here…</summary>
    internal const string FirstKey = "factor-";

    /// <summary>…to before here.</summary>
    internal const string LastKey = "passkey.";
}
