namespace AccountFunctions.Security.Throttling;

/// <summary>How an attempt to sign in went.</summary>
public enum SignInOutcome
{
    Failed,

    /// <summary>
    /// Neither counts nor clears failures: the password is right, but the account may not sign in, or the client has yet to send a second
    /// factor; or it is that of a registration that nobody has activated, tried again. Nobody learns anything new.
    /// </summary>
    Neutral,

    /// <summary>Everything was right.</summary>
    Succeeded,
}
