namespace AccountFunctions.Storage.Accounts;

/// <summary>What an account may be used for, see <see cref="AccountEntity.StateAt"/>.</summary>
public enum AccountState
{
    Active,

    /// <summary>The account has expired: no sign-in, no refresh. Access tokens issued earlier stay valid until they expire.</summary>
    Expired,

    /// <summary>The owner has requested deletion and can still cancel it, with the password or a mailed code.</summary>
    DeletionPending,

    /// <summary>The time of its deletion has come: it answers as an account that does not exist.</summary>
    Gone,

    /// <summary>Nothing at all: an administrator has disabled it.</summary>
    Disabled,
}

public static class AccountStates
{
    /// <summary>Whether access tokens are valid.</summary>
    public static bool AllowsCalls(this AccountState state) => state is AccountState.Active or AccountState.Expired;

    /// <summary>Whether the owner gets mails, and may set a password with a mailed code or restore the account.</summary>
    public static bool AllowsMail(this AccountState state) => state is not (AccountState.Disabled or AccountState.Gone);
}
