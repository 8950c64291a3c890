namespace AccountFunctions.Email;

/// <summary>Which mails go first when the quota is short. A kind leaves room for those before it.</summary>
public enum EmailPriority
{
    /// <summary>Somebody cannot sign in and waits.</summary>
    Reset,
    Activation,
    Notice,
}
