using AccountFunctions.Storage.Accounts;

namespace AccountFunctions.Tests.Storage;

public sealed class ActTests
{
    /// <summary>The words are in rows that are kept for a year: add to this list, never change it.</summary>
    [Fact]
    public void The_stored_words_never_change()
    {
        Assert.Equal(
            [
                "activated", "deletion_requested", "details_changed", "disabled", "email_changed", "email_restored", "enabled",
                "expiration_changed",
                "identity_linked", "identity_removed", "imported", "invited", "mail_failed",
                "passkey_added", "passkey_refused", "passkey_removed",
                "passkey_renamed", "password_changed", "password_reset", "password_voided",
                "recovery_code_used", "recovery_codes_renewed", "refresh_token_repeated", "refresh_token_reused", "restored",
                "restored_from_backup",
                "role_changed", "session_revoked", "signed_in", "signed_out", "signed_out_everywhere", "totp_enabled", "totp_removed",
            ],
            Act.All.Select(act => act.Word).Order(StringComparer.Ordinal));
    }
}
