namespace AccountFunctions.Storage;

/// <summary>What an event of the security history records. The words are stored and must never change; the members may.</summary>
public readonly record struct EventKind(string Word)
{
    public static EventKind Activated { get; } = new("activated");

    public static EventKind SignedIn { get; } = new("signed_in");

    public static EventKind SignedOut { get; } = new("signed_out");

    public static EventKind SignedOutEverywhere { get; } = new("signed_out_everywhere");

    public static EventKind SessionRevoked { get; } = new("session_revoked");

    public static EventKind RefreshTokenReused { get; } = new("refresh_token_reused");

    public static EventKind PasswordChanged { get; } = new("password_changed");

    public static EventKind PasswordReset { get; } = new("password_reset");

    public static EventKind EmailChanged { get; } = new("email_changed");

    /// <summary>A code mailed to the recovery address has brought that address back.</summary>
    public static EventKind EmailRestored { get; } = new("email_restored");

    public static EventKind DeletionRequested { get; } = new("deletion_requested");

    public static EventKind Restored { get; } = new("restored");

    /// <summary>A mail to the owner was not delivered; <see cref="EventEntity.Detail"/> is the transport's code.</summary>
    public static EventKind MailFailed { get; } = new("mail_failed");

    public override string ToString() => Word;
}
