namespace AccountFunctions.Storage.Accounts;

/// <summary>
/// What can happen to an account, named once: the word under which the history stores and shows it, and the notice that its owner gets.
/// The words are stored and must never change; the members may.
/// </summary>
public sealed record Act(string Word)
{
    private static readonly Dictionary<string, Act> Known = [];

    /// <summary>The mail that tells the owner; null: none.</summary>
    public Notice? Notice { get; private init; }

    public static Act Activated { get; } = Name("activated");

    public static Act SignedIn { get; } = Name("signed_in");

    public static Act SignedOut { get; } = Name("signed_out");

    public static Act SignedOutEverywhere { get; } = Name("signed_out_everywhere");

    public static Act SessionRevoked { get; } = Name("session_revoked");

    public static Act RefreshTokenReused { get; } = Name("refresh_token_reused");

    /// <summary>A used refresh token came again within its grace: a lost answer, or a copy of the token.</summary>
    public static Act RefreshTokenRepeated { get; } = Name("refresh_token_repeated");

    public static Act PasswordChanged { get; } = Name("password_changed", new Notice("PasswordChanged", "The owner changes the password."));

    public static Act PasswordReset { get; } = Name("password_reset", new Notice("PasswordReset", "A mailed code has set the password."));

    /// <summary>The account has another address. The notice goes to the one before.</summary>
    public static Act EmailChanged { get; } = Name(
        "email_changed",
        new Notice("EmailChanged", "The owner has changed the address; the old one gets this.", account => account.RecoveryEnd)
        {
            CarriesTakeBackCode = true,
        });

    /// <summary>The account is back at its recovery address. The notice goes to the address that it gives up.</summary>
    public static Act EmailRestored { get; } = Name(
        "email_restored", new Notice("EmailMoved", "The account is back at its old address; the one that it gives up gets this."));

    public static Act DeletionRequested { get; } = Name(
        "deletion_requested",
        new Notice("DeletionRequested", "The owner asks for the deletion of the account.", account => account.DeletesAt));

    public static Act Restored { get; } = Name("restored", new Notice("Restored", "The owner keeps the account after all."));

    /// <summary>A mail to the owner was not delivered; <see cref="EventEntity.Detail"/> is the transport's code.</summary>
    public static Act MailFailed { get; } = Name("mail_failed");

    public static IReadOnlyCollection<Act> All => Known.Values;

    /// <summary>Null for a word that this version does not know.</summary>
    public static Act? Find(string word) => Known.GetValueOrDefault(word);

    /// <summary>The act without its notice, where another mail tells the owner already.</summary>
    public Act InSilence() => this with { Notice = null };

    private static Act Name(string word, Notice? notice = null) => Known[word] = new Act(word) { Notice = notice };
}

/// <summary>A mail that tells the owner of an act.</summary>
/// <param name="Text">Begins the names of its resources in <c>Email/Texts</c>.</param>
/// <param name="Trigger">What happens before the app sends it, for people who look at the mails.</param>
/// <param name="Time">
/// The time that the text names, of the account as it is when the mail is written. No time: the notice no longer applies.
/// </param>
public sealed record Notice(string Text, string Trigger, Func<AccountEntity, DateTimeOffset?>? Time = null)
{
    /// <summary>Whether the text has the code that takes the account back.</summary>
    public bool CarriesTakeBackCode { get; init; }
}
