namespace AccountFunctions.Security;

/// <summary>How an attempt to sign in went.</summary>
public enum SignInOutcome
{
    Failed,

    /// <summary>
    /// The password of a registration that nobody has activated, tried again. It neither counts nor clears failures: anybody may have
    /// registered there, and nobody learns anything new.
    /// </summary>
    NotActive,
    Succeeded,
}
