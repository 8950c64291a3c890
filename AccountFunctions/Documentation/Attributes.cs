namespace AccountFunctions.Documentation;

/// <summary>What those who write clients are told of an operation; stands on the class of the operation, or on the function where it has none.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class OperationAttribute(string summary) : Attribute
{
    /// <summary>A line without a full stop.</summary>
    public string Summary { get; } = summary;

    /// <summary>What a client must know besides; CommonMark.</summary>
    public string? Description { get; set; }

    /// <summary>Members of <see cref="Accounts.Problem"/> that the operation answers itself; those of every request, body and caller come by themselves.</summary>
    public string[] Refusals { get; set; } = [];

    /// <summary>The status of success.</summary>
    public int Status { get; set; } = 200;

    /// <summary>Whether the request body may be left out.</summary>
    public bool BodyOptional { get; set; }

    /// <summary>Whether a success carries the state of what it shows, for <c>If-Match</c>.</summary>
    public bool HasETag { get; set; }

    /// <summary>The type of a document that is answered without the envelope.</summary>
    public Type? Document { get; set; }
}

/// <summary>What those who write clients are told of a member of a request or reply.</summary>
[AttributeUsage(AttributeTargets.Parameter)]
public sealed class FieldAttribute(string description) : Attribute
{
    public string Description { get; } = description;

    public FieldKind Kind { get; set; }

    /// <summary>A member of a request that may not be left out.</summary>
    public bool Required { get; set; }

    /// <summary>A member of a request that may be null.</summary>
    public bool Nullable { get; set; }

    /// <summary>In Unicode code points; 0 for no limit.</summary>
    public int MaxLength { get; set; }

    /// <summary>All there is to expect.</summary>
    public string[] Values { get; set; } = [];

    public object? Example { get; set; }
}

/// <summary>Members whose limits are the same wherever they occur.</summary>
public enum FieldKind
{
    Plain,
    Address,
    Code,
    Password,

    /// <summary>A password that is being set: the policy's limits hold for it.</summary>
    NewPassword,
}

/// <summary>What a code of the error reference means, and what a client should do about it.</summary>
[AttributeUsage(AttributeTargets.Field)]
public sealed class ExplainedAttribute(string meaning, string advice) : Attribute
{
    public string Meaning { get; } = meaning;

    public string Advice { get; } = advice;
}
