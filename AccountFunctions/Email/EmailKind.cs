namespace AccountFunctions.Email;

/// <summary>Which mail a job asks for.</summary>
public enum EmailKind
{
    /// <summary>Somebody registered: the activation code, or a notice to the owner of an address that is taken.</summary>
    Registration,

    /// <summary>Somebody asked for a code: to reset the password, or the activation code again.</summary>
    Code,

    /// <summary>A notice to the owner that the password was changed.</summary>
    PasswordChanged,

    /// <summary>A notice to the owner that the password was reset.</summary>
    PasswordReset,

    /// <summary>A notice to the owner that somebody signed in with a client that is new to the account.</summary>
    NewSignIn,

    /// <summary>Somebody asked for this address for an account: the code, or a notice to the owner of an address that is taken.</summary>
    EmailChange,

    /// <summary>A notice to the address before that the account has another.</summary>
    EmailChanged,

    /// <summary>A notice to the owner that the account is going to be deleted.</summary>
    DeletionRequested,

    /// <summary>A notice to the owner that the account is not going to be deleted after all.</summary>
    Restored,
}
