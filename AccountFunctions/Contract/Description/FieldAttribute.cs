namespace AccountFunctions.Contract.Description;

/// <summary>Documents a member of a request or a reply.</summary>
[AttributeUsage(AttributeTargets.Parameter | AttributeTargets.Property)]
public sealed class FieldAttribute(string description) : Attribute
{
    public string Description { get; } = description;

    public FieldKind Kind { get; set; }

    /// <summary>True: the member of a request may not be omitted.</summary>
    public bool Required { get; set; }

    /// <summary>True: the member of a request may be null.</summary>
    public bool Nullable { get; set; }

    /// <summary>In Unicode code points; 0 is no limit.</summary>
    public int MaxLength { get; set; }

    /// <summary>Every value that the member may have.</summary>
    public string[] Values { get; set; } = [];

    public object? Example { get; set; }
}

/// <summary>Kinds of members that have the same limits wherever they occur.</summary>
public enum FieldKind
{
    Plain,
    Address,
    Code,

    /// <summary>A code, or a take-back code.</summary>
    ResetCode,

    /// <summary>A code of an authenticator app, or a recovery code. It may be null.</summary>
    Otp,

    /// <summary>What a browser returns from a ceremony with a passkey.</summary>
    Passkey,
    Password,

    /// <summary>A new password: the limits of the password policy apply.</summary>
    NewPassword,
}
