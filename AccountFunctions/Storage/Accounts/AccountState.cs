namespace AccountFunctions.Storage.Accounts;

/// <summary>What may be done with an account, see <see cref="AccountEntity.StateAt"/>.</summary>
public enum AccountState
{
    Active,

    /// <summary>Its time is over: no sign-in, no refresh. Access tokens issued before are good until they expire.</summary>
    Expired,

    /// <summary>The owner has asked for its deletion and may still take that back, with the password or with a mailed code.</summary>
    DeletionPending,

    /// <summary>The time of its deletion has come: it answers as an account that does not exist.</summary>
    Gone,

    /// <summary>Nothing at all: an administrator has disabled it.</summary>
    Disabled,
}

public static class AccountStates
{
    /// <summary>Whether access tokens are good.</summary>
    public static bool AllowsCalls(this AccountState state) => state is AccountState.Active or AccountState.Expired;

    /// <summary>Whether the owner gets mails, and may set a password with a mailed code.</summary>
    public static bool AllowsMail(this AccountState state) => state is not (AccountState.Disabled or AccountState.Gone);
}
