namespace AccountFunctions.Contract.Answers;

/// <summary>What a throttle counts.</summary>
public enum ThrottleKind
{
    /// <summary>Requests of a client network.</summary>
    Network,

    /// <summary>Failed sign-ins at an address.</summary>
    SignIn,

    /// <summary>Mails to an address.</summary>
    Mail,

    /// <summary>Changes of an account's address while the former address is reserved.</summary>
    AddressChange,
}
