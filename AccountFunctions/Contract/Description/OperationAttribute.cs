using AccountFunctions.Contract.Answers;

namespace AccountFunctions.Contract.Description;

/// <summary>Documents an operation. It is on the class that handles it, or on the function where no class does.</summary>
[AttributeUsage(AttributeTargets.Class | AttributeTargets.Method)]
public sealed class OperationAttribute(string summary) : Attribute
{
    /// <summary>A line without a full stop.</summary>
    public string Summary { get; } = summary;

    /// <summary>What a client must know besides; CommonMark.</summary>
    public string? Description { get; set; }

    /// <summary>
    /// Names of the members of <see cref="Problem"/> that the operation itself refuses with. What every body and caller can meet is added.
    /// </summary>
    public string[] Refusals { get; set; } = [];

    /// <summary>True: a success carries an <c>ETag</c>, for <c>If-Match</c>.</summary>
    public bool HasETag { get; set; }

    /// <summary>The record whose members are the parameters of the query.</summary>
    public Type? Query { get; set; }

    /// <summary>The type of a document that is answered without the envelope.</summary>
    public Type? Document { get; set; }
}
