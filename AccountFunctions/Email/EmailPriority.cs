namespace AccountFunctions.Email;

/// <summary>Which mails go first when the quota is short. A kind leaves room for the kinds before it.</summary>
public enum EmailPriority
{
    /// <summary>Tells an owner what happened to the account: a thief may have caused it, and may have used up the quota.</summary>
    Security,

    /// <summary>A user cannot sign in and is waiting.</summary>
    Reset,
    Activation,

    /// <summary>Tells an owner that someone else gave the address.</summary>
    Information,
}
