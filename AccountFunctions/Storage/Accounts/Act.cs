namespace AccountFunctions.Storage.Accounts;

/// <summary>
/// Something that can happen to an account: the word that the history stores and shows, and the notice that the owner gets. Never change a
/// word, because rows contain it; members may change.
/// </summary>
public sealed record Act(string Word)
{
    private static readonly Dictionary<string, Act> Known = [];

    /// <summary>The mail that tells the owner; null: none.</summary>
    public Notice? Notice { get; private init; }

    /// <summary>The type of the event that tells other services; null: none.</summary>
    public string? Feed { get; private init; }

    public static Act Activated { get; } = Name("activated", feed: "account.activated");

    public static Act SignedIn { get; } = Name("signed_in", feed: "session.created");

    public static Act SignedOut { get; } = Name("signed_out", feed: "session.ended");

    public static Act SignedOutEverywhere { get; } = Name("signed_out_everywhere", feed: "session.ended");

    public static Act SessionRevoked { get; } = Name("session_revoked", feed: "session.ended");

    public static Act RefreshTokenReused { get; } = Name("refresh_token_reused", feed: "session.ended");

    /// <summary>A used refresh token came again within its grace: a lost answer, or a copy of the token.</summary>
    public static Act RefreshTokenRepeated { get; } = Name("refresh_token_repeated");

    public static Act PasswordChanged { get; } = Name(
        "password_changed", new Notice("PasswordChanged", "The owner changes the password."), feed: "account.password_changed");

    public static Act PasswordReset { get; } = Name(
        "password_reset", new Notice("PasswordReset", "A mailed code sets the password."), feed: "account.password_changed");

    /// <summary>The account has a new address. The notice goes to the old one.</summary>
    public static Act EmailChanged { get; } = Name(
        "email_changed",
        new Notice("EmailChanged", "The owner has changed the address; the old one gets this.", account => account.RecoveryEnd)
        {
            CarriesTakeBackCode = true,
        },
        feed: "account.email_changed");

    /// <summary>The account is back at its recovery address. The notice goes to the address that the account gives up.</summary>
    public static Act EmailRestored { get; } = Name(
        "email_restored", new Notice("EmailMoved", "A code mailed to the old address restores it. The mail goes to the address that the "
            + "account gives up."), feed: "account.email_changed");

    public static Act DeletionRequested { get; } = Name(
        "deletion_requested",
        new Notice("DeletionRequested", "The owner requests the deletion of the account.", account => account.DeletesAt)
        {
            IsLastTold = true,
        },
        feed: "account.deletion_requested");

    public static Act Restored { get; } = Name(
        "restored", new Notice("Restored", "The owner restores the account."), feed: "account.restored");

    public static Act TotpEnabled { get; } = Name(
        "totp_enabled", new Notice("TotpEnabled", "The owner turns on two-step verification."));

    public static Act TotpRemoved { get; } = Name(
        "totp_removed", new Notice("TotpRemoved", "The owner turns off two-step verification.") { IsLastTold = true });

    public static Act RecoveryCodesRenewed { get; } = Name(
        "recovery_codes_renewed", new Notice("RecoveryCodesRenewed", "The owner makes new recovery codes."));

    public static Act RecoveryCodeUsed { get; } = Name(
        "recovery_code_used", new Notice("RecoveryCodeUsed", "A recovery code replaces the code of the authenticator app."));

    public static Act PasskeyAdded { get; } = Name(
        "passkey_added", new Notice("PasskeyAdded", "The owner adds a passkey.") { IsLastTold = true });

    public static Act PasskeyRenamed { get; } = Name("passkey_renamed");

    public static Act PasskeyRemoved { get; } = Name(
        "passkey_removed", new Notice("PasskeyRemoved", "The owner removes a passkey.") { IsLastTold = true });

    /// <summary>The counter of a passkey went back: somebody may have a copy.</summary>
    public static Act PasskeyRefused { get; } = Name(
        "passkey_refused", new Notice("PasskeyRefused", "The counter of a passkey has gone back, so that its sign-in is refused."));

    public static Act IdentityLinked { get; } = Name(
        "identity_linked", new Notice("IdentityLinked", "An identity at another provider is linked to the account."));

    public static Act IdentityRemoved { get; } = Name(
        "identity_removed", new Notice("IdentityRemoved", "The owner unlinks an identity at another provider.") { IsLastTold = true });

    /// <summary>An administrator has made the account. A mail with a code to set a password follows.</summary>
    public static Act Invited { get; } = Name("invited", feed: "account.invited");

    /// <summary>The owner has changed the profile.</summary>
    public static Act DetailsChanged { get; } = Name("details_changed", feed: "account.updated");

    /// <summary>The operator has brought the account from another system.</summary>
    public static Act Imported { get; } = Name("imported", feed: "account.imported");

    /// <summary>An operator has brought the account back from a backup.</summary>
    public static Act RestoredFromBackup { get; } = Name(
        "restored_from_backup", new Notice("RestoredFromBackup", "An operator brings the account back from a backup.")
        {
            ReachesDisabled = true,
        },
        feed: "account.restored");

    public static Act Disabled { get; } = Name(
        "disabled", new Notice("AccountDisabled", "An administrator disables the account.") { ReachesDisabled = true },
        feed: "account.disabled");

    public static Act Enabled { get; } = Name(
        "enabled", new Notice("AccountEnabled", "An administrator enables the account again."), feed: "account.enabled");

    public static Act RoleChanged { get; } = Name(
        "role_changed", new Notice("RoleChanged", "An administrator changes the role."), feed: "account.updated");

    public static Act ExpirationChanged { get; } = Name("expiration_changed", feed: "account.updated");

    public static Act PasswordVoided { get; } = Name(
        "password_voided", new Notice("PasswordVoided", "An administrator voids the password."), feed: "account.password_changed");

    /// <summary>A mail to the owner could not be delivered; <see cref="EventEntity.Detail"/> is the transport's code.</summary>
    public static Act MailFailed { get; } = Name("mail_failed");

    public static IReadOnlyCollection<Act> All => Known.Values;

    /// <summary>Null for a word that this version does not know.</summary>
    public static Act? Find(string word) => Known.GetValueOrDefault(word);

    /// <summary>The act without its notice, for use when another mail already tells the owner.</summary>
    public Act InSilence() => this with { Notice = null };

    private static Act Name(string word, Notice? notice = null, string? feed = null) =>
        Known[word] = new Act(word) { Notice = notice, Feed = feed };
}

/// <summary>A mail that tells the owner of an act.</summary>
/// <param name="Text">The prefix of its resource names in <c>Email/Texts</c>.</param>
/// <param name="Trigger">What makes the app send it; the gallery of mails shows this.</param>
/// <param name="Time">
/// The time that the text names, taken from the account when the mail is written. Null: the notice no longer applies.
/// </param>
public sealed record Notice(string Text, string Trigger, Func<AccountEntity, DateTimeOffset?>? Time = null)
{
    /// <summary>
    /// Whether the last of many is told even beyond the daily limit, so that a thief cannot hide it behind others.
    /// </summary>
    public bool IsLastTold { get; init; }

    /// <summary>Whether the owner of a disabled account gets it.</summary>
    public bool ReachesDisabled { get; init; }

    /// <summary>Whether the text has the code that takes the account back.</summary>
    public bool CarriesTakeBackCode { get; init; }
}
