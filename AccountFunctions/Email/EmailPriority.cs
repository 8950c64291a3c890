namespace AccountFunctions.Email;

/// <summary>Which mails go first when the quota is short. A kind leaves room for the kinds before it.</summary>
public enum EmailPriority
{
    /// <summary>A user cannot sign in and is waiting.</summary>
    Reset,
    Activation,
    Notice,
}
