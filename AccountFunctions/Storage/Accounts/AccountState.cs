namespace AccountFunctions.Storage.Accounts;

/// <summary>What an account may be used for, see <see cref="AccountEntity.StateAt"/>.</summary>
public enum AccountState
{
    Active,

    /// <summary>The account has expired: no sign-in, no refresh. Access tokens issued earlier stay valid until they expire.</summary>
    Expired,

    /// <summary>The owner has requested deletion and can still cancel it, with the password or a mailed code.</summary>
    DeletionPending,

    /// <summary>The account allows nothing: an administrator has disabled it, or it is being deleted.</summary>
    Disabled,
}

public static class AccountStates
{
    /// <summary>Whether access tokens are valid.</summary>
    public static bool AllowsCalls(this AccountState state) => state is AccountState.Active or AccountState.Expired;

    /// <summary>Whether the owner gets mails and can set a password with a mailed code.</summary>
    public static bool AllowsMail(this AccountState state) => state is not AccountState.Disabled;
}
