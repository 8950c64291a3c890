namespace AccountFunctions.Contract.Description;

/// <summary>Documents a member of a request or a reply.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class FieldAttribute(string description) : Attribute
{
    public string Description { get; } = description;

    public FieldKind Kind { get; set; }

    /// <summary>A member of a request that may not be left out.</summary>
    public bool Required { get; set; }

    /// <summary>A member of a request that may be null.</summary>
    public bool Nullable { get; set; }

    /// <summary>In Unicode code points; 0 is no limit.</summary>
    public int MaxLength { get; set; }

    /// <summary>Every value that may come.</summary>
    public string[] Values { get; set; } = [];

    public object? Example { get; set; }
}

/// <summary>Members whose limits are the same wherever they occur.</summary>
public enum FieldKind
{
    Plain,
    Address,
    Code,

    /// <summary>A code, or a take-back code.</summary>
    ResetCode,
    Password,

    /// <summary>A password that is being set: the policy's limits hold for it.</summary>
    NewPassword,
}
