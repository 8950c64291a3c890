namespace AccountFunctions.Accounts.Admin;

/// <summary>Settings <c>Admin__*</c>: the operations for administrators.</summary>
public sealed class AdminOptions
{
    /// <summary>True: an administrator must have signed in with a second factor or a passkey.</summary>
    public bool RequireSecondFactor { get; set; } = true;
}
