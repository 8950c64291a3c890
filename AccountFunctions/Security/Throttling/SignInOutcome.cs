namespace AccountFunctions.Security.Throttling;

/// <summary>The outcome of a sign-in attempt.</summary>
public enum SignInOutcome
{
    Failed,

    /// <summary>
    /// Neither counts nor clears failures. The password is right, but the account may not sign in, or the client has not sent a second
    /// factor; or the password of a pending registration was tried again, which reveals nothing new.
    /// </summary>
    Neutral,

    /// <summary>Everything was right.</summary>
    Succeeded,
}
