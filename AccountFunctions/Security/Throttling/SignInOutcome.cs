namespace AccountFunctions.Security;

/// <summary>How an attempt to sign in went.</summary>
public enum SignInOutcome
{
    Failed,

    /// <summary>
    /// The password of a registration that nobody has activated. It neither counts nor clears failures: anybody may have registered there.
    /// </summary>
    NotActive,
    Succeeded,
}
